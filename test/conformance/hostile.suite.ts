import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { git } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { edit, thrownBy } from './bench.js';
import type { Bench, Setup } from './bench.js';

const A = 'refs/piton/checkpoint/P/A';
const B = 'refs/piton/checkpoint/P/B';

/** Puts something where a ref's file would be. */
function put(bench: Bench, name: string, how: (path: string) => void): void {
  const path = bench.path(name);
  mkdirSync(dirname(path), { recursive: true });
  how(path);
}

export function registerHostileTests(setup: Setup): void {
  describe('with hostile refs', () => {
    for (const folder of ['refs/piton', 'refs/piton/checkpoint', 'refs/piton/checkpoint/P']) {
      it(`does not go through a link at ${folder}`, async () => {
        const { bench, engine } = setup();
        bench.set(A, bench.one);
        const outside = tempDirectory();
        renameSync(bench.path(folder), join(outside, 'moved'));
        symlinkSync(join(outside, 'moved'), bench.path(folder));
        const before = execFileSync('find', [outside]).toString();
        for (const attempt of [
          () => engine.refs.read(A),
          () => engine.refs.list('refs/piton/'),
          () => engine.refs.list('refs/piton/checkpoint/P/'),
          () => engine.refs.transact([edit(B, null, bench.one)]),
          () => engine.refs.transact([edit(A, bench.one, null)]),
        ]) {
          expect((await thrownBy(attempt())).code).to.equal('UNSAFE_PATH');
        }
        expect(execFileSync('find', [outside]).toString()).to.equal(before);
      });
    }

    it('does not follow a ref that is a link', async () => {
      const { bench, engine } = setup();
      const outside = join(tempDirectory(), 'ref');
      writeFileSync(outside, `${bench.one}\n`);
      put(bench, A, (path) => {
        symlinkSync(outside, path);
      });
      for (const attempt of [
        () => engine.refs.read(A),
        () => engine.refs.list('refs/piton/'),
        () => engine.refs.transact([edit(A, bench.one, bench.two)]),
        () => engine.refs.transact([edit(A, bench.one, null)]),
        () => engine.refs.transact([edit(A, null, bench.two)]),
      ]) {
        expect((await thrownBy(attempt())).code).to.equal('UNSAFE_PATH');
      }
      expect(readdirSync(dirname(outside))).to.deep.equal(['ref']);
    });

    it('does not wait for a ref that is a FIFO', async () => {
      const { bench, engine } = setup();
      put(bench, A, (path) => execFileSync('mkfifo', [path]));
      for (const attempt of [
        () => engine.refs.read(A),
        () => engine.refs.list('refs/piton/'),
        () => engine.refs.transact([edit(A, null, bench.two)]),
      ]) {
        expect((await thrownBy(attempt())).code).to.equal('UNSAFE_PATH');
      }
    });

    it('takes a folder for no ref', async () => {
      const { bench, engine } = setup();
      put(bench, A, (path) => mkdirSync(path));
      expect(await engine.refs.read(A)).to.equal(null);
      expect(await engine.refs.list('refs/piton/')).to.deep.equal([]);
    });

    for (const [what, content] of [
      ['nothing', ''],
      ['text', 'hello\n'],
      ['zeros', `${'0'.repeat(40)}\n`],
      ['too few digits', `${'1'.repeat(39)}\n`],
      ['too many digits', `${'1'.repeat(41)}\n`],
      ['bytes', '\0\xff\0'],
    ] as const) {
      it(`does not take a ref that holds ${what} for an absent one`, async () => {
        const { bench, engine } = setup();
        put(bench, A, (path) => {
          writeFileSync(path, content, 'latin1');
        });
        const reading = await thrownBy(engine.refs.read(A));
        expect([reading.code, reading.details['ref']]).to.deep.equal(['STATE_DAMAGED', A]);
        const listing = await thrownBy(engine.refs.list('refs/piton/'));
        expect([listing.code, listing.details['ref']]).to.deep.equal(['STATE_DAMAGED', A]);
        const writing = await thrownBy(engine.refs.transact([edit(A, null, bench.one)]));
        expect(writing.code).to.equal('STATE_DAMAGED');
      });
    }

    it('refuses a ref that names what is no ref', async () => {
      const { bench, engine } = setup();
      put(bench, A, (path) => {
        writeFileSync(path, 'ref: refs/../../x\n');
      });
      expect((await thrownBy(engine.refs.read(A))).code).to.equal('STATE_DAMAGED');
      expect((await thrownBy(engine.refs.list('refs/piton/'))).code).to.equal('STATE_DAMAGED');
    });

    it('refuses refs that name each other', async () => {
      const { bench, engine } = setup();
      git(bench.root, 'symbolic-ref', A, B);
      git(bench.root, 'symbolic-ref', B, A);
      expect((await thrownBy(engine.refs.read(A))).code).to.equal('STATE_DAMAGED');
      expect((await thrownBy(engine.refs.list('refs/piton/'))).code).to.equal('STATE_DAMAGED');
    });

    it('refuses a file whose name no ref can have', async () => {
      const { bench, engine } = setup();
      put(bench, 'refs/piton/checkpoint/P/a~b', (path) => {
        writeFileSync(path, `${bench.one}\n`);
      });
      expect((await thrownBy(engine.refs.list('refs/piton/'))).code).to.equal('STATE_DAMAGED');
    });

    it('passes over locks and hidden files', async () => {
      const { bench, engine } = setup();
      bench.set(A, bench.one);
      put(bench, 'refs/piton/checkpoint/P/.hidden', (path) => {
        writeFileSync(path, 'x');
      });
      const lock = bench.path(`${B}.lock`);
      writeFileSync(lock, 'x');
      expect(await engine.refs.list('refs/piton/')).to.deep.equal([{ name: A, oid: bench.one }]);
      execFileSync('rm', [lock]);
    });

    it('leaves out refs whose names are not UTF-8', async () => {
      const { bench, engine } = setup();
      bench.set(A, bench.one);
      const odd = Buffer.concat([Buffer.from(`${bench.path(A)}-`), Buffer.from([0xff])]);
      writeFileSync(odd, `${bench.one}\n`);
      expect(await engine.refs.list('refs/piton/')).to.deep.equal([{ name: A, oid: bench.one }]);
      git(bench.root, 'pack-refs', '--all', '--prune');
      expect(await engine.refs.list('refs/piton/')).to.deep.equal([{ name: A, oid: bench.one }]);
    });

    for (const content of ['nonsense\n', '# pack-refs with: \nx refs/piton/a\n', 'cut']) {
      it(`says so when packed-refs is ${JSON.stringify(content)}`, async () => {
        const { bench, engine } = setup();
        writeFileSync(bench.path('packed-refs'), content);
        expect((await thrownBy(engine.refs.list('refs/piton/'))).code).to.equal('STATE_DAMAGED');
        expect((await thrownBy(engine.refs.read(A))).code).to.equal('STATE_DAMAGED');
        const writing = thrownBy(engine.refs.transact([edit(A, null, bench.one)]));
        expect((await writing).code).to.equal('STATE_DAMAGED');
      });
    }

    it('refuses a packed-refs file that is a link', async () => {
      const { bench, engine } = setup();
      const outside = join(tempDirectory(), 'packed-refs');
      writeFileSync(outside, `${bench.one} ${A}\n`);
      symlinkSync(outside, bench.path('packed-refs'));
      for (const attempt of [
        () => engine.refs.list('refs/piton/'),
        () => engine.refs.read(A),
        () => engine.refs.transact([edit(A, bench.one, null)]),
      ]) {
        expect((await thrownBy(attempt())).code).to.be.oneOf(['STATE_DAMAGED', 'UNSAFE_PATH']);
      }
    });
  });
}
