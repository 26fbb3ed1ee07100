import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { HeadState, ObjectId } from '../../src/core/types.js';
import type { Engine } from '../../src/store/engine.js';
import type { RefEdit } from '../../src/store/ref-store.js';
import { findRepository } from '../../src/store/repository/discover.js';
import type { Repository } from '../../src/store/repository-types.js';
import { git, makeRepository, tryGit } from '../helpers/git.js';
import { TEST_USER } from '../store/repository/user.js';

/** One way of opening engines, and the kind of repository to try it on. */
export interface EngineKind {
  title: string;
  name: 'native' | 'embedded';
  initArgs: string[];
  /** Whether refs are files, so that tests may look at them and put odd ones there. */
  filesStorage: boolean;
  open(repository: Repository): Promise<Engine>;
}

/** A repository with three commits to point at, and an engine on it. */
export class Bench {
  readonly kind: EngineKind;
  readonly root: string;
  readonly commits: ObjectId[];
  readonly #engines: Engine[] = [];

  constructor(kind: EngineKind) {
    this.kind = kind;
    this.root = makeRepository(...kind.initArgs);
    const tree = tryGit(this.root, ['mktree'], '').stdout.toString().trim();
    this.commits = ['one', 'two', 'three'].map((subject) =>
      git(this.root, 'commit-tree', '-m', subject, tree),
    );
  }

  get one(): ObjectId {
    return this.commit(0);
  }

  get two(): ObjectId {
    return this.commit(1);
  }

  get three(): ObjectId {
    return this.commit(2);
  }

  commit(index: number): ObjectId {
    const oid = this.commits[index];
    if (oid === undefined) throw new Error(`no commit ${index}`);
    return oid;
  }

  async open(root = this.root): Promise<Engine> {
    const repository = findRepository(root, TEST_USER);
    if (repository === null) throw new Error(`no repository at ${root}`);
    const engine = await this.kind.open(repository);
    this.#engines.push(engine);
    return engine;
  }

  async close(): Promise<void> {
    for (const engine of this.#engines.splice(0)) await engine.close();
  }

  /** Sets or deletes a ref with git itself. */
  set(name: string, oid: ObjectId | null): void {
    if (oid === null) git(this.root, 'update-ref', '-d', name);
    else git(this.root, 'update-ref', name, oid);
  }

  /** All refs, as git sees them. */
  refs(): Record<string, string> {
    const lines = git(this.root, 'for-each-ref', '--format=%(refname) %(objectname)').split('\n');
    const pairs = lines.filter(Boolean).map((line) => line.split(' ') as [string, string]);
    return Object.fromEntries(pairs);
  }

  path(...names: string[]): string {
    return join(this.root, '.git', ...names);
  }

  /** Names of files and folders below a folder of the git dir. */
  find(...names: string[]): string[] {
    const found = execFileSync('find', ['.', '-mindepth', '1'], { cwd: this.path(...names) });
    return found.toString().split('\n').filter(Boolean).sort();
  }
}

export interface Thrown {
  code: unknown;
  details: Record<string, unknown>;
  message: string;
  hint: string | undefined;
}

/** The error that an operation ends with. */
export async function thrownBy(attempt: Promise<unknown>): Promise<Thrown> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return error as Error & Thrown;
    throw error;
  }
  throw new Error('nothing was thrown');
}

export const edit = (name: string, expected: ObjectId | null, value: ObjectId | null): RefEdit => ({
  name,
  expected,
  value,
});

export const head = (ref: string | null, commit: ObjectId | null): HeadState => ({ ref, commit });

/** What `beforeEach` has made; only known once a test runs. */
export type Setup = () => { bench: Bench; engine: Engine };
