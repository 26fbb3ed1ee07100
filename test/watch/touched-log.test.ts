import { expect } from 'chai';
import { asBytePath, ROOT } from '../../src/core/byte-path.js';
import { LIMITS } from '../../src/core/limits.js';
import { TouchedLog } from '../../src/watch/touched-log.js';

describe('watch: log of what was touched', () => {
  const [a, b] = [asBytePath('a'), asBytePath('b')];

  it('tells what came after a mark, also when it had come before', () => {
    const log = new TouchedLog();
    log.add(ROOT, a);
    const first = log.answer(null);
    expect(first.touched).to.equal(null);
    log.add(ROOT, b);
    const second = log.answer(first.mark);
    expect(second.touched).to.deep.equal(new Map([[ROOT, new Set([b])]]));
    log.add(a, b);
    log.add(ROOT, a);
    const third = log.answer(second.mark);
    expect(third.touched).to.deep.equal(
      new Map([
        [ROOT, new Set([a])],
        [a, new Set([b])],
      ]),
    );
    expect(log.answer(first.mark).touched?.get(ROOT)).to.deep.equal(new Set([a, b]));
    expect(log.answer(third.mark).touched).to.deep.equal(new Map());
  });

  it('knows nothing of the marks of others, or of ones that it has not given', () => {
    const log = new TouchedLog();
    const { mark } = new TouchedLog().answer(null);
    expect(log.answer(mark).touched).to.equal(null);
    const own = log.answer(null).mark;
    expect(log.answer({ ...own, sequence: own.sequence + 9 }).touched).to.equal(null);
  });

  it('is full at some time, of names and not of times', () => {
    const log = new TouchedLog();
    for (let times = 0; times < LIMITS.touchedNames; times++) {
      log.add(ROOT, a);
      log.add(asBytePath(String(times % 1_000)), asBytePath(String(times)));
    }
    expect(log.isFull).to.equal(true);
    const other = new TouchedLog();
    for (let times = 0; times <= LIMITS.touchedNames; times++) other.add(ROOT, a);
    expect(other.isFull).to.equal(false);
  });
});
