import type { Durability, HeadState, ObjectId } from '../../core/types.js';
import type { GitProgram } from '../../process/git-program.js';
import type { GitRepository } from '../../process/isolated-repository.js';
import { runGit } from '../../process/run-git.js';
import type { GitCall, GitResult } from '../../process/run-git.js';
import { assertHeadMove, reflogReason } from '../repository/head-move.js';
import { baseOfRef } from '../repository/loose-refs.js';
import { RefBases } from '../repository/ref-bases.js';
import { assertEdits } from '../repository/ref-edits.js';
import { refMismatch } from '../repository/ref-errors.js';
import { assertRefName, assertRefPrefix } from '../repository/ref-name.js';
import type { HeadMove, Ref, RefEdit, RefStore } from '../ref-store.js';
import type { Repository } from '../repository-types.js';
import { assertPlainRef, assertPlainRefs } from './assert-plain-refs.js';
import { formatEdits } from './format-edits.js';
import { assertNothingIgnored, refFailure } from './update-failure.js';

const FORMAT = '--format=%(objectname)%00%(refname)';
const LOCK_WAIT_MS = '2000';
/** The arguments of a program have an end. */
const PATTERNS_AT_ONCE = 500;

export interface NativeRefsOptions {
  program: GitProgram;
  repository: Repository;
  /** The same one, as the git program is told of it. */
  gitRepository: GitRepository;
  durability: Durability;
}

/**
 * Refs by the git program: `for-each-ref` and `update-ref --stdin`. Where refs are files, they are
 * looked at first, since git would follow links. In one transaction git makes what it creates and
 * updates visible in the given order, and then deletes in the given order.
 */
export class NativeRefs implements RefStore {
  readonly #options: NativeRefsOptions;

  constructor(options: NativeRefsOptions) {
    this.#options = options;
  }

  async read(name: string): Promise<ObjectId | null> {
    if (name === 'HEAD') return (await this.readHead()).commit;
    assertRefName(name);
    if (this.#isFiles) assertPlainRef(this.#options.repository, name);
    const refs = await this.#list(name);
    return refs.find((ref) => ref.name === name)?.oid ?? null;
  }

  async list(prefix: string): Promise<Ref[]> {
    assertRefPrefix(prefix);
    if (this.#isFiles) assertPlainRefs(this.#options.repository, prefix);
    return this.#list(prefix);
  }

  async names(prefix: string): Promise<string[]> {
    return (await this.list(prefix)).map(({ name }) => name);
  }

  async readAll(names: readonly string[]): Promise<Ref[]> {
    for (const name of names) {
      assertRefName(name);
      if (this.#isFiles) assertPlainRef(this.#options.repository, name);
    }
    const found = new Map<string, Ref>();
    for (let start = 0; start < names.length; start += PATTERNS_AT_ONCE) {
      const some = await this.#list(...names.slice(start, start + PATTERNS_AT_ONCE));
      for (const ref of some) found.set(ref.name, ref);
    }
    return names.map((name) => found.get(name)).filter((ref) => ref !== undefined);
  }

  transact(edits: readonly RefEdit[]): Promise<void> {
    return this.#update(edits, []);
  }

  async readHead(): Promise<HeadState> {
    if (this.#isFiles) assertPlainRef(this.#options.repository, 'HEAD');
    const symbolic = await this.#git(['symbolic-ref', '-q', 'HEAD'], { allowedExitCodes: [1] });
    if (symbolic.exitCode === 0) {
      const ref = withoutNewline(symbolic.stdout);
      return { ref, commit: await this.read(ref) };
    }
    const commit = await this.#git(['rev-parse', '--verify', '-q', 'HEAD']);
    return { ref: null, commit: withoutNewline(commit.stdout) };
  }

  /** Not one step when HEAD goes to another branch: the branch moves first, then HEAD. */
  async moveHead(move: HeadMove, branchExpected: ObjectId | null): Promise<void> {
    const { from, to } = move;
    assertHeadMove(move, await this.readHead());
    const reason = ['-m', reflogReason(move)];
    if (to.ref !== null) {
      const edit = { name: to.ref, expected: branchExpected, value: to.commit };
      await this.#update([edit], reason);
      if (to.ref === from.ref) return;
      await this.#git(['symbolic-ref', ...reason, 'HEAD', to.ref]);
    } else if (to.commit !== null) {
      // Git cannot compare a symbolic HEAD whose branch is unborn.
      const expected = from.commit === null ? [] : [from.commit];
      await this.#git(['update-ref', '--no-deref', ...reason, 'HEAD', to.commit, ...expected]);
    }
    this.#sync(['HEAD']);
  }

  get #isFiles(): boolean {
    return this.#options.repository.refStorage === 'files';
  }

  async #list(...patterns: string[]): Promise<Ref[]> {
    const { stdout, stderr } = await this.#git(['for-each-ref', FORMAT, ...patterns]);
    assertNothingIgnored(stderr.toString());
    return parseRefs(stdout.toString());
  }

  async #update(edits: readonly RefEdit[], options: readonly string[]): Promise<void> {
    const { repository } = this.#options;
    assertEdits(edits, repository.algorithm);
    if (this.#isFiles) {
      for (const { name } of edits) {
        assertPlainRef(repository, name);
        assertPlainRefs(repository, `${name}/`);
      }
    }
    const input = formatEdits(edits, repository.algorithm);
    try {
      await this.#git(['update-ref', ...options, '--stdin', '-z'], { input });
    } catch (error) {
      await this.#assertAsExpected(edits);
      throw error;
    }
    this.#sync(edits.map(({ name }) => name));
  }

  /** Git tells a mismatch in many ways; what is there now tells it in one. */
  async #assertAsExpected(edits: readonly RefEdit[]): Promise<void> {
    for (const { name, expected } of edits) {
      const found = await this.read(name);
      if (found !== expected) throw refMismatch(name, expected, found);
    }
  }

  async #git(args: readonly string[], call: Partial<GitCall> = {}): Promise<GitResult> {
    const { program, gitRepository, durability } = this.#options;
    const config = {
      'core.filesRefLockTimeout': LOCK_WAIT_MS,
      'core.packedRefsTimeout': LOCK_WAIT_MS,
      ...(durability === 'full' && { 'core.fsync': 'reference' }),
    };
    try {
      return await runGit(program, { repository: gitRepository, config, args, ...call });
    } catch (error) {
      throw refFailure(error, this.#options.repository);
    }
  }

  /** Git makes the contents of refs durable, and not their names. */
  #sync(names: readonly string[]): void {
    if (!this.#isFiles) return;
    const { repository, durability } = this.#options;
    const bases = new RefBases(durability);
    try {
      bases.sync(names.map((name) => ({ base: baseOfRef(repository, name), name })));
    } finally {
      bases.close();
    }
  }
}

function parseRefs(output: string): Ref[] {
  const refs: Ref[] = [];
  for (const line of output.split('\n').slice(0, -1)) {
    const [oid = '', name = ''] = line.split('\0');
    // The name of a ref that is not UTF-8 cannot be told.
    if (!name.includes('\ufffd')) refs.push({ name, oid });
  }
  return refs;
}

function withoutNewline(output: Buffer): string {
  return output.toString().replace(/\n$/, '');
}
