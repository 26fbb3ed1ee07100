import { expect } from 'chai';
import { Pace } from '../../../src/store/objects/pace.js';

async function work(pace: Pace, forMs: number): Promise<void> {
  const end = performance.now() + forMs;
  while (performance.now() < end) await pace.rest();
}

describe('the pace of reading', () => {
  it('lets timers run during long work', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await work(new Pace(), 150);
    clearInterval(timer);
    expect(ticks).to.be.greaterThan(1);
  });

  it('does not slow down short work', async () => {
    const pace = new Pace();
    const start = performance.now();
    for (let count = 0; count < 1_000; count++) await pace.rest();
    expect(performance.now() - start).to.be.lessThan(500);
  });
});
