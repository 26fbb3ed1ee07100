import { expect } from 'chai';
import { Pace } from '../../../src/store/objects/pace.js';

describe('the pace of reading', () => {
  it('lets timers run during long work', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const pace = new Pace();
    const end = performance.now() + 60_000;
    while (ticks < 2 && performance.now() < end) await pace.rest();
    clearInterval(timer);
    expect(ticks).to.be.greaterThan(1);
  });

  it('does not slow down short work', async () => {
    let turns = 0;
    const turn = (): void => {
      turns++;
      next = setImmediate(turn);
    };
    let next = setImmediate(turn);
    const start = performance.now();
    const pace = new Pace();
    for (let count = 0; count < 100_000; count++) await pace.rest();
    clearImmediate(next);
    expect(turns).to.be.at.most((performance.now() - start) / 10);
  });
});
