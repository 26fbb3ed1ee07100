import type { GitObject, ObjectId } from '../../core/types.js';
import { GitBatch } from '../../process/git-batch.js';
import type { GitProgram } from '../../process/git-program.js';
import type { GitRepository } from '../../process/isolated-repository.js';
import type { Engine } from '../engine.js';
import type { RefStore } from '../ref-store.js';

export interface NativeOptions {
  program: GitProgram;
  gitRepository: GitRepository;
  refs: RefStore;
  reason: string;
  gitVersion: string;
}

/** The engine that uses the git program. */
export class NativeEngine implements Engine {
  readonly name = 'native';
  readonly reason: string;
  readonly gitVersion: string;
  readonly refs: RefStore;
  readonly #batch: GitBatch;

  constructor(options: NativeOptions) {
    this.reason = options.reason;
    this.gitVersion = options.gitVersion;
    this.refs = options.refs;
    this.#batch = new GitBatch(options.program, options.gitRepository);
  }

  readObject(oid: ObjectId): Promise<GitObject | null> {
    return this.#batch.readObject(oid);
  }

  close(): Promise<void> {
    return this.#batch.close();
  }
}
