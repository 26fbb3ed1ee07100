import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { assertFsckClean, git, TEST_ENV } from '../helpers/git.js';
import { edit, thrownBy } from './bench.js';
import type { Bench, Setup } from './bench.js';

const WORKER = fileURLToPath(new URL('./transact-worker.js', import.meta.url));
const A = 'refs/piton/checkpoint/P/A';

/** What separate processes report of the same transactions, begun at the same time. */
async function race(bench: Bench, scripts: unknown[][]): Promise<string[][]> {
  // The locks are git's own, so that processes with different engines exclude each other too.
  const engines = bench.kind.initArgs.length === 0 ? ['git refs', 'embedded'] : ['native'];
  const start = Date.now() + 700;
  return Promise.all(
    scripts.map(async (transactions, index) => {
      const engine = engines[index % engines.length];
      const job = JSON.stringify({
        root: bench.root,
        engine,
        start,
        transactions,
      });
      const child = spawn(process.execPath, [WORKER, job], {
        env: TEST_ENV,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.on('data', (data: Buffer) => (output += data.toString()));
      await once(child, 'close');
      return JSON.parse(output) as string[];
    }),
  );
}

export function registerConcurrencyTests(setup: Setup): void {
  describe('with other processes', function () {
    this.timeout(30_000);

    it('lets exactly one win', async () => {
      const { bench, engine } = setup();
      bench.set(A, bench.one);
      const rivals = [bench.two, bench.three, bench.two, bench.three];
      const results = await race(
        bench,
        rivals.map((value) => [[edit(A, bench.one, value)]]),
      );
      expect(results.flat().sort()).to.deep.equal([
        'GIT_FAILED',
        'GIT_FAILED',
        'GIT_FAILED',
        'done',
      ]);
      const winner = rivals[results.findIndex(([result]) => result === 'done')];
      expect(await engine.refs.read(A)).to.equal(winner);
      assertFsckClean(bench.root);
    });

    it('creates and deletes in the same folder without getting in the way', async () => {
      const { bench, engine } = setup();
      const names = [1, 2, 3].map((index) => `refs/piton/checkpoint/P/X${index}`);
      const scripts = names.map((name) =>
        Array.from({ length: 8 }, () => [
          [edit(name, null, bench.one)],
          [edit(name, bench.one, null)],
        ]).flat(),
      );
      const results = await race(bench, scripts);
      expect(new Set(results.flat())).to.deep.equal(new Set(['done']));
      expect(await engine.refs.list('refs/piton/')).to.deep.equal([]);
    });

    it('waits for a lock of git, and says so when it stays', async () => {
      const { bench, engine } = setup();
      if (!bench.kind.filesStorage) return;
      bench.set(A, bench.one);
      const lock = bench.path(`${A}.lock`);
      writeFileSync(lock, '');
      const soon = setTimeout(() => {
        rmSync(lock);
      }, 300);
      await engine.refs.transact([edit(A, bench.one, bench.two)]);
      clearTimeout(soon);
      writeFileSync(lock, '');
      try {
        const error = await thrownBy(engine.refs.transact([edit(A, bench.two, bench.one)]));
        expect(error.code).to.equal('LOCKED');
        expect(error.hint).to.contain(lock);
        expect(error.details).to.deep.equal({ ref: A, lock_file: lock });
        expect(await engine.refs.read(A)).to.equal(bench.two);
      } finally {
        rmSync(lock);
      }
    });

    it('waits for the lock of packed-refs when it deletes, and then deletes nothing', async () => {
      const { bench, engine } = setup();
      if (!bench.kind.filesStorage) return;
      bench.set(A, bench.one);
      git(bench.root, 'pack-refs', '--all', '--prune');
      bench.set(A, bench.two);
      const lock = bench.path('packed-refs.lock');
      writeFileSync(lock, '');
      try {
        const error = await thrownBy(engine.refs.transact([edit(A, bench.two, null)]));
        expect(error.code).to.equal('LOCKED');
        expect(error.details).to.deep.equal({ ref: 'packed-refs', lock_file: lock });
        expect(await engine.refs.read(A)).to.equal(bench.two);
      } finally {
        rmSync(lock);
      }
    });
  });
}
