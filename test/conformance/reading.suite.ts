import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { git, tryGit } from '../helpers/git.js';
import { edit, thrownBy } from './bench.js';
import type { Setup } from './bench.js';

const A = 'refs/piton/checkpoint/P/A';
const B = 'refs/piton/checkpoint/P/B';

export function registerReadTests(setup: Setup): void {
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
      const alone = await engine.refs.names('refs/piton/checkpoint/P/');
      expect(alone).to.deep.equal(found.map(({ name }) => name));
      expect(await engine.refs.names('refs/piton/nothing/')).to.deep.equal([]);
    });

    it('reads some refs, in the order that they are asked for', async () => {
      const { bench, engine } = setup();
      const name = (last: string): string => `refs/piton/checkpoint/P/${last}`;
      for (const last of ['a', 'b', 'c/x']) bench.set(name(last), bench.one);
      git(bench.root, 'pack-refs', '--all', '--prune');
      bench.set(name('b'), bench.two);
      const wanted = ['c', 'b', 'gone', 'a'].map(name);
      expect(await engine.refs.readAll(wanted)).to.deep.equal([
        { name: name('b'), oid: bench.two },
        { name: name('a'), oid: bench.one },
      ]);
      expect(await engine.refs.readAll([])).to.deep.equal([]);
      const absent = Array.from({ length: 1_200 }, (_, number) => name(`absent${number}`));
      const [found] = await engine.refs.readAll([...absent, name('a')]);
      expect(found).to.deep.equal({ name: name('a'), oid: bench.one });
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
        expect((await thrownBy(engine.refs.readAll([name]))).code).to.equal('UNSAFE_PATH');
        for (const list of ['list', 'names'] as const) {
          expect((await thrownBy(engine.refs[list](`${name}/`))).code).to.equal('UNSAFE_PATH');
        }
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
