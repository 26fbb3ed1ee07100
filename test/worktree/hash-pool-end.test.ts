import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { asBytePath } from '../../src/core/byte-path.js';
import type { BulkHasher } from '../../src/worktree/hash-files.js';
import { poolHasher } from '../../src/worktree/hash-pool.js';
import { pitonError, rejectionOf } from '../disk/thrown.js';
import { makeRepository, TEST_ENV } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { openStore } from '../store/objects/samples.js';
import { contextFor, foundFile, manyFiles, withPostMessage, writeFiles } from './hash-samples.js';
import { refusingThreads } from './refused-threads.js';

describe('the end of hashing on threads', () => {
  it('rejects with the reason of the signal, and reports nothing more', async () => {
    const repository = makeRepository();
    const files = writeFiles(repository, manyFiles(3_000));
    const store = openStore(repository);
    const controller = new AbortController();
    const batch = store.beginBatch();
    const context = contextFor(repository, batch, { signal: controller.signal });
    let reported = 0;
    const hashing = poolHasher(store)(files, context, () => {
      reported++;
      if (reported === 200) controller.abort(new Error('enough'));
    });
    expect(await rejectionOf(hashing)).to.have.property('message', 'enough');
    const atEnd = reported;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(reported).to.equal(atEnd).and.to.be.below(3_000);
    await batch.discard();

    const again = poolHasher(store)(
      files,
      contextFor(repository, batch, context),
      () => reported++,
    );
    expect(await rejectionOf(again)).to.have.property('message', 'enough');
    expect(reported).to.equal(atEnd);
  });

  // Node 20 aborts the process when that happens while a thread makes a compressor.
  it('terminates no thread', async () => {
    const repository = makeRepository();
    const files = writeFiles(repository, manyFiles(3_000));
    const store = openStore(repository);
    const terminate = Object.getOwnPropertyDescriptor(Worker.prototype, 'terminate')!;
    let terminated = 0;
    Worker.prototype.terminate = function () {
      terminated++;
      return (terminate.value as Worker['terminate']).call(this);
    };
    try {
      for (const after of [1, 200, 3_000]) {
        let reported = 0;
        const context = contextFor(repository, store.beginBatch());
        const hashing = poolHasher(store)(files, context, () => {
          if (++reported === after) throw new Error('full');
        });
        expect(await rejectionOf(hashing)).to.have.property('message', 'full');
      }
    } finally {
      Object.defineProperty(Worker.prototype, 'terminate', terminate);
    }
    expect(terminated).to.equal(0);
  });

  it('rejects with an error of the one who is told', async () => {
    const repository = makeRepository();
    const files = writeFiles(repository, manyFiles(10));
    const store = openStore(repository);
    const hashing = poolHasher(store)(files, contextFor(repository, store.beginBatch()), () => {
      throw new Error('full');
    });
    expect(await rejectionOf(hashing)).to.have.property('message', 'full');
  });

  it('leaves to its caller what it has no threads for', async () => {
    const repository = makeRepository();
    const files = writeFiles(repository, manyFiles(600));
    const store = openStore(repository);
    for (const [after, left] of [
      [0, 600],
      [1, 0],
    ] as const) {
      let reported = 0;
      const context = contextFor(repository, store.beginBatch());
      const hashing = (): ReturnType<BulkHasher> =>
        poolHasher(store)(files, context, () => reported++);
      expect(await refusingThreads(hashing, { after })).to.have.lengthOf(left);
      expect(reported).to.equal(600 - left);
    }
  });

  it('rejects with an error of a thread', async () => {
    const repository = makeRepository();
    const files = [foundFile(repository, asBytePath('a'))];
    files[0]!.path = asBytePath('a\0b');
    const store = openStore(repository);
    const context = contextFor(repository, store.beginBatch());
    const error = await rejectionOf(poolHasher(store)(files, context, () => undefined));
    expect(error).to.be.an('error').with.property('code', 'ERR_INVALID_ARG_VALUE');
  });

  it('rejects when a thread ends by itself', async () => {
    const repository = makeRepository();
    const files = writeFiles(repository, manyFiles(500));
    const store = openStore(repository);
    const context = contextFor(repository, store.beginBatch());
    const error = await withPostMessage(
      function () {
        void this.terminate();
      },
      () => rejectionOf(poolHasher(store)(files, context, () => undefined)),
    );
    expect(pitonError(error).code).to.equal('INTERNAL');
    expect(pitonError(error).message).to.include('thread ended');
  });

  for (const [mode, said] of [
    ['', 'reported 300\n'],
    ['abort', 'ended: enough\n'],
  ] as const) {
    it(`leaves nothing that keeps the process, nor takes its options ${mode}`, () => {
      const repository = makeRepository();
      writeFiles(repository, manyFiles(300));
      const seen = join(tempDirectory(), 'seen');
      const preload = join(tempDirectory(), 'preload.cjs');
      const note = `require('fs').appendFileSync(${JSON.stringify(seen)}, 'x')`;
      writeFileSync(preload, `${note};`);
      const child = join(import.meta.dirname, 'fixtures/hash-child.js');
      const run = spawnSync(process.execPath, ['--require', preload, child, repository, mode], {
        env: TEST_ENV,
        timeout: 100_000,
      });
      expect(run.stdout.toString() + run.stderr.toString()).to.equal(said);
      expect(run.status).to.equal(0);
      expect(readFileSync(seen, 'utf8')).to.equal('x');
    });
  }
});
