import { lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { formatStatCache, StatCache } from '../../src/worktree/stat-cache.js';
import { makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { apply, changes } from '../property/random-tree.js';
import { scan } from './scanning.js';

/** Longer than the tick that a file system's times have. */
const TICK_MS = 25;
const STAMP = join(tempDirectory(), 'stamp');

/** What the file system says that the time is. */
function now(): bigint {
  writeFileSync(STAMP, '');
  return lstatSync(STAMP, { bigint: true }).mtimeNs;
}

/** A cache of a scan, as a checkpoint leaves one behind. */
async function cacheOf(root: string): Promise<StatCache> {
  const stamp = now();
  const seen = await scan(root, { maxFileSize: 300 });
  const options = { algorithm: 'sha1', stamp, anchor: '' } as const;
  const cache = StatCache.parse(formatStatCache(seen.cacheEntries(), options), 'sha1');
  if (cache === null) throw new Error('the cache is not whole');
  return cache;
}

describe('worktree: scanning with a cache', function () {
  this.timeout(300_000);

  it('gives what a scan without one gives, whatever was changed between them', async () => {
    let known = 0;
    await fc.assert(
      fc.asyncProperty(changes(25), fc.boolean(), changes(4), async (before, rests, after) => {
        const root = makeRepository();
        for (const one of before) apply(root, one);
        // Without a rest the cache knows but a part, and must not take that for the whole.
        if (rests) await delay(TICK_MS);
        const cache = await cacheOf(root);
        for (const one of after) apply(root, one);
        const limits = { maxFileSize: after.length % 2 === 0 ? 300 : 100 };
        const whole = await scan(root, limits);
        const threadFrom = before.length % 2 === 0 ? 0 : Infinity;
        const quick = await scan(root, { ...limits, cache, threadFrom });
        expect(quick.tree).to.equal(whole.tree);
        expect(quick.files).to.equal(whole.files);
        expect(quick.entries).to.deep.equal(whole.entries);
        expect(quick.notCaptured).to.deep.equal(whole.notCaptured);
        known += whole.hashedFiles - quick.hashedFiles;
      }),
      { numRuns: 150 },
    );
    expect(known).to.be.greaterThan(20);
  });
});
