import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Warning } from '../../src/core/types.js';
import { askWatch } from '../../src/watch/ask-watch.js';
import { eventsAtOnce } from '../../src/watch/folder-watches.js';
import type { Surroundings } from '../../src/watch/resident.js';
import { serveChanges } from '../../src/watch/serve-changes.js';
import { tempDirectory } from '../helpers/temp.js';
import { bytePath, requestOf } from '../worktree/scanning.js';

describe('watch: serving changes', () => {
  const FACTS = 'ab'.repeat(32);
  const QUESTION = { since: null, facts: FACTS };
  const LONG_MS = 60_000;
  let root: string;
  let stateDir: string;
  let warnings: Warning[];

  const warn = (warning: Warning): unknown => warnings.push(warning);
  const surroundings = (): Promise<Surroundings> =>
    Promise.resolve({ facts: FACTS, walk: { ...requestOf(root), root: bytePath(root) } });

  beforeEach(() => {
    [root, stateDir, warnings] = [tempDirectory(), tempDirectory(), []];
  });

  it('answers from the moment it is there until it is closed', async () => {
    const service = await serveChanges({ root, stateDir, surroundings, warn });
    const answer = await askWatch(stateDir, QUESTION, LONG_MS);
    expect(answer?.touched).to.equal(null);
    service.close();
    expect(await askWatch(stateDir, QUESTION, LONG_MS)).to.equal(null);
    expect(warnings).to.deep.equal([]);
  });

  it('warns when it cannot find out what to watch, and gives no answer', async () => {
    const service = await serveChanges({
      ...{ root, stateDir, warn },
      surroundings: () => Promise.reject(new Error('no rules')),
    });
    expect(await askWatch(stateDir, QUESTION, LONG_MS)).to.equal(null);
    service.close();
    expect(warnings.map(({ code }) => code)).to.deep.equal(['INTERNAL']);
    expect(warnings[0]?.message).to.include('no rules');
  });

  it('warns where the system does not tell of changes, and serves nobody', async () => {
    const service = await serveChanges({ root: '/proc', stateDir, surroundings, warn });
    service.close();
    expect(warnings.map(({ code }) => code)).to.deep.equal(['RESIDENT_SCAN_UNAVAILABLE']);
    expect(existsSync(join(stateDir, 'resident'))).to.equal(false);
    expect(eventsAtOnce(join(root, 'not there'))).to.equal(null);
  });
});
