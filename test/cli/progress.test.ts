import { expect } from 'chai';
import { NO_PROGRESS, progressLine } from '../../src/cli/progress.js';

function line() {
  const clock = { time: 0, now: () => clock.time };
  const written: string[] = [];
  return { clock, written, progress: progressLine((text) => written.push(text), clock) };
}

describe('cli: progress', () => {
  it('shows nothing for half a second, and not too often after that', () => {
    const { clock, written, progress } = line();
    for (clock.time = 0; clock.time < 500; clock.time += 50) {
      progress.show({ phase: 'hashing', done: 1, total: 4 });
    }
    progress.clear();
    expect(written).to.deep.equal([]);
    for (clock.time = 500; clock.time < 700; clock.time += 10) {
      progress.show({ phase: 'hashing', done: 1, total: 4 });
    }
    expect(written).to.have.lengthOf(2);
    expect(written[0]).to.equal(`\r\x1b[Khashing   [${'#'.repeat(7)}${'.'.repeat(23)}] 25% (1/4)`);
    progress.clear();
    progress.clear();
    expect(written.slice(2)).to.deep.equal(['\r\x1b[K']);
  });

  it('shows a number while the end is not known, and never more than all', () => {
    const { clock, written, progress } = line();
    clock.time = 1_000;
    progress.show({ phase: 'scanning', done: 12 });
    clock.time = 2_000;
    progress.show({ phase: 'writing', done: 5, total: 4 });
    clock.time = 3_000;
    progress.show({ phase: 'writing', done: 0, total: 0 });
    expect(written[0]).to.equal('\r\x1b[Kscanning 12');
    expect(written[1]).to.include(`[${'#'.repeat(30)}] 100%`);
    expect(written[2]).to.equal('\r\x1b[Kwriting 0');
  });

  it('can be shown to nobody', () => {
    expect(NO_PROGRESS.show({ phase: 'hashing', done: 1 })).to.equal(undefined);
    expect(NO_PROGRESS.clear()).to.equal(undefined);
  });
});
