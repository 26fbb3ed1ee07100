import { expect } from 'chai';
import { appendFileSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytePathFromText } from '../../src/core/byte-path.js';
import { MODE, type Progress } from '../../src/core/types.js';
import { STREAMED_FROM_BYTES, type HashOutcome } from '../../src/worktree/hash-file.js';
import {
  hashFiles,
  hashOne,
  type BulkHasher,
  type HashContext,
} from '../../src/worktree/hash-files.js';
import { hashOnlyBatch } from '../../src/worktree/hash-only-batch.js';
import type { FoundFile } from '../../src/worktree/found.js';
import { tempDirectory } from '../helpers/temp.js';
import { blobId, bytePath } from './scanning.js';

function contextOf(root: string, more: Partial<HashContext> = {}): HashContext {
  return {
    root: bytePathFromText(root),
    batch: hashOnlyBatch('sha1'),
    algorithm: 'sha1',
    maxFileBytes: Infinity,
    ...more,
  };
}

function found(name: string, size: number, mode: FoundFile['mode'] = MODE.file): FoundFile {
  return {
    path: bytePath(name),
    name: bytePath(name),
    mode,
    size,
    record: 0,
    oid: null,
    isKnown: false,
  };
}

/** Files of one letter; `large` of them look large. */
function manyFiles(root: string, count: number): FoundFile[] {
  return Array.from({ length: count }, (_, at) => {
    writeFileSync(join(root, `${at}`), 'x');
    return found(`${at}`, 1);
  });
}

describe('worktree: hashing files', () => {
  it('hashes links, small and large files', async () => {
    const root = tempDirectory();
    mkdirSync(join(root, 'd'));
    writeFileSync(join(root, 'd/small'), 'small');
    symlinkSync('target', join(root, 'd/link'));
    const context = contextOf(root);
    const outcomes = await Promise.all([
      hashOne(found('d/small', 5), context),
      hashOne(found('d/small', STREAMED_FROM_BYTES), context),
      hashOne(found('d/link', 6, MODE.link), context),
      hashOne(found('d/small', 5, MODE.link), context),
      hashOne(found('d/link', 6), context),
    ]);
    const shown = outcomes.map((one) => (one.kind === 'hashed' ? one.oid : one.kind));
    expect(shown).to.deep.equal([
      blobId('small'),
      blobId('small'),
      blobId('target'),
      'replaced',
      'replaced',
    ]);
  });

  it('streams a file that has grown since it was seen', async () => {
    const root = tempDirectory();
    writeFileSync(join(root, 'f'), '');
    truncateSync(join(root, 'f'), STREAMED_FROM_BYTES + 1);
    const sizes: number[] = [];
    const batch = hashOnlyBatch('sha1');
    const watched = {
      ...batch,
      has: () => false,
      addStream: (size: number, stream: Parameters<typeof batch.addStream>[1]) => {
        sizes.push(size);
        return batch.addStream(size, stream);
      },
    };
    const outcome = await hashOne(found('f', 1), contextOf(root, { batch: watched }));
    expect(outcome.kind).to.equal('hashed');
    expect(sizes).to.deep.equal([STREAMED_FROM_BYTES + 1]);
    appendFileSync(join(root, 'f'), 'x');
    const limit = { maxFileBytes: STREAMED_FROM_BYTES };
    expect(await hashOne(found('f', 1), contextOf(root, limit))).to.deep.equal({
      kind: 'too_large',
    });
  });

  it('tells how far it is', async () => {
    const root = tempDirectory();
    const files = manyFiles(root, 450);
    const progress: Progress[] = [];
    const reported: string[] = [];
    const context = contextOf(root, { onProgress: (one) => progress.push(one) });
    await hashFiles(files, context, null, (file) => reported.push(file.path));
    expect(reported).to.deep.equal(files.map(({ path }) => path));
    expect(progress).to.deep.equal([
      { phase: 'hashing', done: 200, total: 450 },
      { phase: 'hashing', done: 400, total: 450 },
    ]);
  });

  it('can be stopped from outside while it hashes', async () => {
    const root = tempDirectory();
    const files = manyFiles(root, 900);
    const abort = new AbortController();
    const reason = new Error('enough');
    setTimeout(() => abort.abort(reason), 1);
    let reported = 0;
    const context = contextOf(root, { signal: abort.signal });
    const stopped = hashFiles(files, context, null, () => reported++);
    expect(await stopped.catch((error: unknown) => error)).to.equal(reason);
    expect(reported).to.be.lessThan(900);
  });

  it('leaves many files, or large ones together, to the bulk hasher', async () => {
    const root = tempDirectory();
    symlinkSync('target', join(root, 'link'));
    writeFileSync(join(root, 'huge'), 'huge');
    const others = [found('link', 1, MODE.link), found('huge', STREAMED_FROM_BYTES)];
    const few = manyFiles(root, 5);
    const large = few.map((file) => ({ ...file, size: 7 * 1024 * 1024 }));
    const cases: [FoundFile[], number][] = [
      [[...few, ...others], 0],
      [[...large, ...others], 5],
      [[...large.slice(0, 4), ...others], 0],
      [[...manyFiles(root, 5_000), ...others], 5_000],
      [[...manyFiles(root, 4_999), ...others], 0],
      [[found('huge', 20 * 1024 * 1024)], 0],
      [[found('link', 1, MODE.link), found('huge', 20 * 1024 * 1024)], 0],
    ];
    for (const [files, inBulk] of cases) {
      const bulked: FoundFile[] = [];
      const outcome: HashOutcome = { kind: 'vanished' };
      const bulk: BulkHasher = async (given, _context, report) => {
        bulked.push(...given);
        for (const file of given.slice(1)) report(file, outcome);
        return given.slice(0, 1);
      };
      const reported: string[] = [];
      await hashFiles(files, contextOf(root), bulk, (file) => reported.push(file.path));
      expect(bulked).to.have.lengthOf(inBulk);
      expect(bulked.map(({ path }) => path)).not.to.include.members(['link']);
      expect(reported).to.have.members(files.map(({ path }) => path));
    }
  });
});
