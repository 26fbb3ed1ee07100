import type { Clock } from '../../core/clock.js';
import type { Durability, GitObject, ObjectId } from '../../core/types.js';
import type { Engine } from '../engine.js';
import type { RefStore } from '../ref-store.js';
import type { Repository } from '../repository-types.js';
import type { Warn } from '../repository/ref-bases.js';
import { FileRefs } from '../file-refs/file-refs.js';
import { createFsClient } from './fs-client.js';
import { readObject } from './read-object.js';

export interface EmbeddedOptions {
  /** Of SHA-1, with refs as files, and without unknown extensions. */
  repository: Repository;
  reason: string;
  gitVersion: string | null;
  durability: Durability;
  clock: Clock;
  warn?: Warn | undefined;
}

/** The engine that needs no git program. */
export class EmbeddedEngine implements Engine {
  readonly name = 'embedded';
  readonly reason: string;
  readonly gitVersion: string | null;
  readonly refs: RefStore;
  readonly #commonDir: string;
  #cache: object = {};

  constructor({ repository, reason, gitVersion, durability, clock, warn }: EmbeddedOptions) {
    this.reason = reason;
    this.gitVersion = gitVersion;
    this.refs = new FileRefs(repository, durability, clock, warn);
    this.#commonDir = repository.commonDir;
  }

  readObject(oid: ObjectId): Promise<GitObject | null> {
    // Nothing is written through this client.
    const fs = createFsClient(this.#commonDir, 'fast');
    return readObject(fs, this.#commonDir, oid, this.#cache);
  }

  /** Lets go of the packs that were read. */
  close(): Promise<void> {
    this.#cache = {};
    return Promise.resolve();
  }
}
