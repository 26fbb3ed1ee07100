import { expect } from 'chai';
import fc from 'fast-check';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytePathFromText, type BytePath } from '../../src/core/byte-path.js';
import { CacheLookups } from '../../src/worktree/cache-lookups.js';
import { inOrder, isFolder, type FoundFile, type WalkResult } from '../../src/worktree/found.js';
import { hashOnlyBatch } from '../../src/worktree/hash-only-batch.js';
import { StatCache, type StatLookup } from '../../src/worktree/stat-cache.js';
import { walkWorktree } from '../../src/worktree/walk.js';
import { makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { apply, changes } from '../property/random-tree.js';
import { requestOf } from './scanning.js';

const NEVER = new Int32Array(new SharedArrayBuffer(4));
const ID = 'a'.repeat(40);

/** A cache that knows every second path, and is asked in ascending order only. */
function everySecond(): StatLookup {
  let asked = 0;
  let before = '';
  const inOrderAt = (path: BytePath): void => {
    if (path < before) throw new Error(`${path} was asked for after ${before}`);
    before = path;
  };
  return {
    find: (path) => {
      inOrderAt(path);
      return asked++ % 2 === 0 ? ID : null;
    },
    findTree: () => null,
  };
}

function lookupsIn(walked: WalkResult, cache = StatCache.empty(), maxFileBytes = Infinity) {
  const batch = hashOnlyBatch('sha1');
  return new CacheLookups({ cache, cacheVouched: true, batch, maxFileBytes }, walked);
}

interface Looked {
  walked: WalkResult;
  lookups: CacheLookups;
  /** How often something was looked up before the walk was done. */
  early: number;
}

/** Looks up while a thread lists, at least until so many are unknown; then no more of them. */
async function lookMeanwhile(
  root: string,
  { until = Infinity, onFolder }: { until?: number; onFolder?: (path: BytePath) => void } = {},
): Promise<Looked> {
  let lookups: CacheLookups | undefined;
  let early = 0;
  let waits = 0;
  const walked = await walkWorktree({
    ...requestOf(root),
    ...{ root: bytePathFromText(root), signal: undefined, onEntries: undefined, threadFrom: 0 },
    onFolder,
    meanwhile: (found) => {
      lookups ??= lookupsIn(found, everySecond());
      if (lookups.unknown.length >= until) return false;
      const isAny = lookups.lookUpSome();
      if (isAny) early++;
      if (isAny || until === Infinity || waits === 10_000) return isAny;
      waits++;
      Atomics.wait(NEVER, 0, 0, 1);
      return true;
    },
  });
  lookups ??= lookupsIn(walked, everySecond());
  return { walked, lookups: lookups.lookUpAll(), early };
}

function filesOf({ root }: WalkResult): FoundFile[] {
  return [...inOrder(root)].flatMap((found) => (isFolder(found) ? [] : [found]));
}

function expectAllLookedUp({ walked, lookups }: Looked): void {
  const files = filesOf(walked);
  expect(files.map(({ oid }) => oid)).to.deep.equal(
    files.map((_, place) => (place % 2 === 0 ? ID : null)),
  );
  expect(lookups.unknown).to.deep.equal(files.filter((_, place) => place % 2 === 1));
}

function wideTree(): string {
  const root = tempDirectory();
  for (let folder = 100; folder < 200; folder++) {
    mkdirSync(join(root, `f${folder}`));
    for (let file = 0; file < 5; file++) writeFileSync(join(root, `f${folder}/${file}`), 'text');
  }
  return root;
}

describe('worktree: looking up in the stat cache', function () {
  this.timeout(300_000);

  it('misses no file while the walk goes on, in any tree', async () => {
    await fc.assert(
      fc.asyncProperty(changes(40), async (made) => {
        const root = makeRepository();
        for (const name of ['p', 'q', 'r', 's']) mkdirSync(join(root, name));
        for (const one of made) apply(root, one);
        expectAllLookedUp(await lookMeanwhile(root));
        rmSync(root, { recursive: true });
      }),
      { numRuns: 40 },
    );
  });

  it('begins before the walk is done', async () => {
    const looked = await lookMeanwhile(wideTree(), { until: 1 });
    expect(looked.early).to.be.greaterThan(0);
    expectAllLookedUp(looked);
  });

  it('misses no file beside a folder that is gone when it is listed', async () => {
    const root = wideTree();
    const onFolder = (path: BytePath): void => {
      if (/^f1[0-8]3$/.test(path)) rmSync(join(root, path), { recursive: true });
    };
    const looked = await lookMeanwhile(root, { until: 100, onFolder });
    expect(looked.early).to.be.greaterThan(0);
    // The cache was asked for folders alone that are not there any more.
    expect(filesOf(looked.walked)).to.have.lengthOf(91 * 5);
    expectAllLookedUp(looked);
  });

  it('tells of files that are too large, and asks nothing of links', async () => {
    const root = wideTree();
    const walked = await walkWorktree({
      ...requestOf(root),
      ...{ root: bytePathFromText(root), signal: undefined, onEntries: undefined },
    });
    const { tooLarge, unknown } = lookupsIn(walked, StatCache.empty(), 3).lookUpAll();
    expect(unknown).to.deep.equal([]);
    expect(tooLarge).to.have.lengthOf(500);
    expect(tooLarge[0]).to.deep.equal({ path: 'f100/0', reason: 'too_large', size: 4 });
  });
});
