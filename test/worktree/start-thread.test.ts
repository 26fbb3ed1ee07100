import { expect } from 'chai';
import { once } from 'node:events';
import { startThread } from '../../src/worktree/start-thread.js';
import { rejectionOf } from '../disk/thrown.js';
import { REFUSED, refusingThreads } from './refused-threads.js';

const SCRIPT = new URL('data:text/javascript,process.exit(7)');

describe('worktree: starting a thread', () => {
  it('runs a script', async () => {
    const thread = startThread(SCRIPT, {});
    if (thread === null) throw new Error('no thread');
    expect(await once(thread, 'exit')).to.deep.equal([7]);
  });

  it('tells when the system or the permissions of Node refuse it', async () => {
    const start = (): unknown => startThread(SCRIPT, {});
    expect(await refusingThreads(start)).to.equal(null);
    const denied = Object.assign(new Error('denied'), { code: 'ERR_ACCESS_DENIED' });
    expect(await refusingThreads(start, { error: denied })).to.equal(null);
    const other = Object.assign(new Error(REFUSED.message), { code: 'ERR_WORKER_PATH' });
    const thrown = await rejectionOf(refusingThreads(start, { error: other }));
    expect(thrown).to.equal(other);
    const plain = new Error('plain');
    expect(await rejectionOf(refusingThreads(start, { error: plain }))).to.equal(plain);
  });
});
