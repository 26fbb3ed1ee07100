import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { HeadState, ObjectId } from '../../src/core/types.js';
import type { Engine } from '../../src/store/engine.js';
import type { RefEdit } from '../../src/store/ref-store.js';
import { findRepository } from '../../src/store/repository/discover.js';
import type { Repository } from '../../src/store/repository-types.js';
import { assertFsckClean, git, makeRepository, tryGit } from '../helpers/git.js';
import { TEST_USER } from '../store/repository/user.js';
import { registerConcurrencyTests } from './concurrency.suite.js';
import { registerHeadTests } from './head.suite.js';
import { registerHostileTests } from './hostile.suite.js';

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

const A = 'refs/piton/checkpoint/P/A';
const B = 'refs/piton/checkpoint/P/B';
const S = 'refs/piton/state/P/A';

/** What every engine does, whatever its means. */
export function registerEngineTests(kind: EngineKind): void {
  describe(`engine: ${kind.title}`, () => {
    let bench: Bench;
    let engine: Engine;

    beforeEach(async () => {
      bench = new Bench(kind);
      engine = await bench.open();
    });

    afterEach(async () => {
      await bench.close();
      const locks = kind.filesStorage ? bench.find().filter((name) => name.endsWith('.lock')) : [];
      expect(locks).to.deep.equal([]);
    });

    it('says what it is', () => {
      expect(engine.name).to.equal(kind.name);
      expect(engine.reason).to.match(/\S/);
    });

    registerReadTests(() => ({ bench, engine }));
    registerTransactTests(() => ({ bench, engine }));
    registerConflictTests(() => ({ bench, engine }));
    registerHeadTests(() => ({ bench, engine }));
    registerConcurrencyTests(() => ({ bench, engine }));
    if (kind.filesStorage) registerHostileTests(() => ({ bench, engine }));
  });
}

export type Setup = () => { bench: Bench; engine: Engine };

function registerReadTests(setup: Setup): void {
  describe('reading', () => {
    it('reads a ref, and null for one that is not there', async () => {
      const { bench, engine } = setup();
      bench.set(A, bench.one);
      expect(await engine.refs.read(A)).to.equal(bench.one);
      expect(await engine.refs.read(B)).to.equal(null);
      expect(await engine.refs.read('refs/piton/checkpoint/P')).to.equal(null);
      expect(await engine.refs.read(`${A}/below`)).to.equal(null);
      expect(await engine.refs.read('refs/other/x')).to.equal(null);
    });

    it('does not take a name for another one that ends with it', async () => {
      const { bench, engine } = setup();
      for (const prefix of ['refs/tags/', 'refs/heads/', 'refs/']) bench.set(prefix + A, bench.one);
      expect(await engine.refs.read(A)).to.equal(null);
    });

    it('reads HEAD', async () => {
      const { bench, engine } = setup();
      expect(await engine.refs.read('HEAD')).to.equal(null);
      bench.set('refs/heads/main', bench.one);
      bench.set('refs/tags/HEAD', bench.two);
      expect(await engine.refs.read('HEAD')).to.equal(bench.one);
    });

    it('reads packed refs, and loose ones before packed ones', async () => {
      const { bench, engine } = setup();
      bench.set(A, bench.one);
      bench.set(B, bench.one);
      git(bench.root, 'tag', '-a', '-m', 'annotated', 'v1', bench.one);
      git(bench.root, 'pack-refs', '--all', '--prune');
      bench.set(B, bench.two);
      expect(await engine.refs.read(A)).to.equal(bench.one);
      expect(await engine.refs.read(B)).to.equal(bench.two);
      const listed = await engine.refs.list('refs/');
      expect(Object.fromEntries(listed.map(({ name, oid }) => [name, oid]))).to.deep.equal(
        bench.refs(),
      );
    });

    it('follows symbolic refs', async () => {
      const { bench, engine } = setup();
      bench.set('refs/remotes/origin/main', bench.one);
      git(bench.root, 'symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main');
      git(bench.root, 'symbolic-ref', 'refs/remotes/origin/gone', 'refs/remotes/origin/none');
      expect(await engine.refs.read('refs/remotes/origin/HEAD')).to.equal(bench.one);
      expect(await engine.refs.read('refs/remotes/origin/gone')).to.equal(null);
      expect(await engine.refs.list('refs/remotes/')).to.deep.equal([
        { name: 'refs/remotes/origin/HEAD', oid: bench.one },
        { name: 'refs/remotes/origin/main', oid: bench.one },
      ]);
    });

    it('lists the refs of a prefix only, sorted by bytes', async () => {
      const { bench, engine } = setup();
      const names = ['P-1/x', 'P/a', 'P/b', 'P/a-b', 'P/é', 'P/\u{10348}', 'P/\uff5e', 'Q/c'];
      for (const name of names) bench.set(`refs/piton/checkpoint/${name}`, bench.one);
      git(bench.root, 'pack-refs', '--all', '--prune');
      bench.set('refs/piton/checkpoint/P/c', bench.two);
      const found = await engine.refs.list('refs/piton/checkpoint/P/');
      expect(found.map(({ name }) => name.slice('refs/piton/checkpoint/P/'.length))).to.deep.equal([
        'a',
        'a-b',
        'b',
        'c',
        'é',
        '\uff5e',
        '\u{10348}',
      ]);
      expect(await engine.refs.list('refs/piton/nothing/')).to.deep.equal([]);
    });

    it('tells refs to objects that are not there', async () => {
      const { bench, engine } = setup();
      const missing = bench.one.replace(/./g, '1');
      await engine.refs.transact([edit(A, null, bench.one)]);
      if (!bench.kind.filesStorage) return;
      execFileSync('sh', ['-c', 'echo "$0" > "$1"', missing, bench.path(A)]);
      expect(await engine.refs.read(A)).to.equal(missing);
      expect(await engine.refs.list('refs/piton/')).to.deep.equal([{ name: A, oid: missing }]);
    });

    it('refuses names that no ref can have', async () => {
      const { bench, engine } = setup();
      for (const name of [
        'config',
        'ORIG_HEAD',
        'refs/../config',
        'refs/a b',
        '-x',
        'refs/piton/x.lock',
      ]) {
        expect((await thrownBy(engine.refs.read(name))).code).to.equal('UNSAFE_PATH');
        expect((await thrownBy(engine.refs.list(`${name}/`))).code).to.equal('UNSAFE_PATH');
        const attempt = engine.refs.transact([edit(name, null, bench.one)]);
        expect((await thrownBy(attempt)).code).to.equal('UNSAFE_PATH');
      }
    });

    it('reads objects', async () => {
      const { bench, engine } = setup();
      for (const [type, data] of [
        ['blob', 'some text\n'],
        ['blob', ''],
      ] as const) {
        const oid = tryGit(bench.root, ['hash-object', '-w', '--stdin'], data).stdout;
        const object = await engine.readObject(oid.toString().trim());
        expect(object).to.deep.equal({ type, data: Buffer.from(data) });
      }
      const commit = await engine.readObject(bench.one);
      expect(commit?.type).to.equal('commit');
      expect(commit?.data.toString()).to.equal(`${git(bench.root, 'cat-file', '-p', bench.one)}\n`);
      expect(await engine.readObject(bench.one.replace(/./g, '1'))).to.equal(null);
    });

    it('reads packed objects', async () => {
      const { bench, engine } = setup();
      bench.set(A, bench.one);
      git(bench.root, 'repack', '-q', '-a', '-d');
      const object = await engine.readObject(bench.one);
      expect(object?.data.toString()).to.equal(`${git(bench.root, 'cat-file', '-p', bench.one)}\n`);
    });
  });
}

function registerTransactTests(setup: Setup): void {
  describe('writing', () => {
    it('creates, updates and deletes', async () => {
      const { bench, engine } = setup();
      await engine.refs.transact([edit(A, null, bench.one)]);
      expect(bench.refs()).to.deep.equal({ [A]: bench.one });
      await engine.refs.transact([edit(A, bench.one, bench.two)]);
      expect(bench.refs()).to.deep.equal({ [A]: bench.two });
      await engine.refs.transact([edit(A, bench.two, null)]);
      expect(bench.refs()).to.deep.equal({});
      expect(await engine.refs.read(A)).to.equal(null);
      assertFsckClean(bench.root);
    });

    it('does several edits at once', async () => {
      const { bench, engine } = setup();
      bench.set(B, bench.one);
      await engine.refs.transact([
        edit(S, null, bench.two),
        edit(A, null, bench.three),
        edit(B, bench.one, null),
      ]);
      expect(bench.refs()).to.deep.equal({ [S]: bench.two, [A]: bench.three });
      assertFsckClean(bench.root);
    });

    it('does nothing for no edits', async () => {
      const { bench, engine } = setup();
      await engine.refs.transact([]);
      expect(bench.refs()).to.deep.equal({});
    });

    it('takes an edit that changes nothing', async () => {
      const { bench, engine } = setup();
      bench.set(A, bench.one);
      await engine.refs.transact([edit(A, bench.one, bench.one), edit(B, null, null)]);
      expect(bench.refs()).to.deep.equal({ [A]: bench.one });
      const wrong = engine.refs.transact([edit(A, bench.two, bench.two)]);
      expect((await thrownBy(wrong)).code).to.equal('GIT_FAILED');
      const present = engine.refs.transact([edit(A, null, null)]);
      expect((await thrownBy(present)).details).to.include({ ref: A, found: bench.one });
    });

    const MISMATCHES: [string, 'one' | null, 'one' | 'two' | null, 'three' | null][] = [
      ['creating one that is there', 'one', null, 'three'],
      ['creating one that is there with the same value', 'one', null, 'three'],
      ['updating one that is not there', null, 'one', 'three'],
      ['updating one that is elsewhere', 'one', 'two', 'three'],
      ['deleting one that is not there', null, 'one', null],
      ['deleting one that is elsewhere', 'one', 'two', null],
    ];
    for (const packed of [false, true]) {
      for (const [what, present, expected, value] of MISMATCHES) {
        it(`refuses ${what}${packed ? ' (packed)' : ''}, and does none of the edits`, async () => {
          const { bench, engine } = setup();
          if (present !== null) bench.set(B, bench[present]);
          bench.set(S, bench.one);
          if (packed) git(bench.root, 'pack-refs', '--all', '--prune');
          const before = bench.refs();
          const wrong = edit(B, expected && bench[expected], value && bench[value]);
          const error = await thrownBy(
            engine.refs.transact([edit(A, null, bench.one), wrong, edit(S, bench.one, null)]),
          );
          expect(error.code).to.equal('GIT_FAILED');
          expect(error.details).to.deep.equal({
            ref: B,
            expected: wrong.expected,
            found: present && bench[present],
          });
          expect(error.hint).to.match(/\S/);
          expect(bench.refs()).to.deep.equal(before);
        });
      }
    }

    it('updates and deletes packed refs', async () => {
      const { bench, engine } = setup();
      for (const name of [A, B, S]) bench.set(name, bench.one);
      git(bench.root, 'tag', '-a', '-m', 'annotated', 'v1', bench.one);
      git(bench.root, 'pack-refs', '--all', '--prune');
      await engine.refs.transact([edit(A, bench.one, bench.two), edit(B, bench.one, null)]);
      const { [A]: a, [B]: b, [S]: s } = bench.refs();
      expect([a, b, s]).to.deep.equal([bench.two, undefined, bench.one]);
      await engine.refs.transact([edit(A, bench.two, null), edit(S, bench.one, null)]);
      expect(Object.keys(bench.refs())).to.deep.equal(['refs/tags/v1']);
      expect(git(bench.root, 'rev-parse', 'v1^{}')).to.equal(bench.one);
      assertFsckClean(bench.root);
    });

    it('edits a symbolic ref itself, not what it points at', async () => {
      const { bench, engine } = setup();
      bench.set('refs/heads/main', bench.one);
      for (const name of [A, B]) git(bench.root, 'symbolic-ref', name, 'refs/heads/main');
      await engine.refs.transact([edit(A, bench.one, bench.two), edit(B, bench.one, null)]);
      expect(bench.refs()).to.deep.equal({ [A]: bench.two, 'refs/heads/main': bench.one });
    });

    it('refuses edits that make no sense', async () => {
      const { bench, engine } = setup();
      const zeros = '0'.repeat(bench.one.length);
      for (const edits of [
        [edit(A, null, bench.one), edit(A, null, bench.two)],
        [edit(A, null, 'nonsense')],
        [edit(A, zeros, bench.one)],
        [edit(A, null, `${bench.one}\0x`)],
      ]) {
        expect((await thrownBy(engine.refs.transact(edits))).code).to.equal('INTERNAL');
      }
      expect(bench.refs()).to.deep.equal({});
    });

    it('leaves no empty folders below refs/piton', async () => {
      const { bench, engine } = setup();
      if (!bench.kind.filesStorage) return;
      await engine.refs.transact([edit(S, null, bench.one), edit(A, null, bench.one)]);
      await engine.refs.transact([edit(S, bench.one, null), edit(A, bench.one, null)]);
      expect(bench.find('refs').filter((name) => /checkpoint|state/.test(name))).to.deep.equal([]);
    });
  });
}

function registerConflictTests(setup: Setup): void {
  describe('names that are folders of others', () => {
    for (const packed of [false, true]) {
      const suffix = packed ? ' (packed)' : '';

      it(`refuses a ref below another one${suffix}`, async () => {
        const { bench, engine } = setup();
        bench.set(A, bench.one);
        if (packed) git(bench.root, 'pack-refs', '--all', '--prune');
        const attempt = engine.refs.transact([
          edit(B, null, bench.one),
          edit(`${A}/x`, null, bench.one),
        ]);
        const error = await thrownBy(attempt);
        expect(error.code).to.equal('GIT_FAILED');
        expect(error.details).to.include({ ref: `${A}/x` });
        expect(bench.refs()).to.deep.equal({ [A]: bench.one });
      });

      it(`refuses a ref above another one${suffix}`, async () => {
        const { bench, engine } = setup();
        bench.set(`${A}/x/y`, bench.one);
        if (packed) git(bench.root, 'pack-refs', '--all', '--prune');
        const error = await thrownBy(engine.refs.transact([edit(A, null, bench.one)]));
        expect(error.code).to.equal('GIT_FAILED');
        expect(error.details).to.include({ ref: A });
        expect(bench.refs()).to.deep.equal({ [`${A}/x/y`]: bench.one });
      });
    }

    it('refuses both in one transaction', async () => {
      const { bench, engine } = setup();
      const edits = [edit(A, null, bench.one), edit(`${A}/x`, null, bench.one)];
      expect((await thrownBy(engine.refs.transact(edits))).code).to.equal('GIT_FAILED');
      expect(bench.refs()).to.deep.equal({});
    });

    it('refuses to put one in the place of a deleted one at once', async () => {
      const { bench, engine } = setup();
      bench.set(A, bench.one);
      const edits = [edit(A, bench.one, null), edit(`${A}/x`, null, bench.one)];
      expect((await thrownBy(engine.refs.transact(edits))).code).to.equal('GIT_FAILED');
      expect(bench.refs()).to.deep.equal({ [A]: bench.one });
      await engine.refs.transact([edit(A, bench.one, null)]);
      await engine.refs.transact([edit(`${A}/x`, null, bench.one)]);
      await engine.refs.transact([edit(`${A}/x`, bench.one, null)]);
      await engine.refs.transact([edit(A, null, bench.two)]);
      expect(bench.refs()).to.deep.equal({ [A]: bench.two });
    });

    it('takes the place of empty folders', async () => {
      const { bench, engine } = setup();
      if (!bench.kind.filesStorage) return;
      execFileSync('mkdir', ['-p', bench.path(A, 'x/y'), bench.path(A, 'z')]);
      await engine.refs.transact([edit(A, null, bench.one)]);
      expect(bench.refs()).to.deep.equal({ [A]: bench.one });
    });
  });
}
