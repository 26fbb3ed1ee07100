import { expect } from 'chai';
import { pauseFor } from '../../src/core/pause.js';

describe('core: pause', () => {
  it('waits, and no longer than until it is told to stop', async () => {
    const begun = performance.now();
    await pauseFor(30, undefined);
    expect(performance.now() - begun).to.be.at.least(29);
    const stop = new AbortController();
    const waiting = pauseFor(60_000, stop.signal);
    stop.abort(new Error('enough'));
    await waiting;
    await pauseFor(60_000, stop.signal);
  });
});
