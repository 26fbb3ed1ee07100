import { expect } from 'chai';
import fc from 'fast-check';
import { isoTime, SYSTEM_CLOCK } from '../../src/core/clock.js';
import { isId, nextId, timeOfId } from '../../src/core/ids.js';
import { thrownBy } from '../disk/thrown.js';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 6);

describe('core: ids', () => {
  it('sort after the one before, whatever the clock says', () => {
    const times = fc.array(fc.integer({ min: 0, max: 2 ** 41 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(times, (clock) => {
        let last: string | null = null;
        for (const now of clock) {
          const id: string = nextId(now, last);
          expect(isId(id)).to.equal(true);
          if (last !== null) expect(id > last, `${last} then ${id}`).to.equal(true);
          last = id;
        }
      }),
    );
  });

  it('differ within one millisecond', () => {
    expect(nextId(NOW)).not.to.equal(nextId(NOW));
    const first = nextId(NOW);
    expect(nextId(NOW - 1, first)).to.have.property('length', 26);
    expect(nextId(NOW - 1_000, first).slice(0, 10)).to.equal(first.slice(0, 10));
    expect(nextId(NOW + 1_000, undefined).slice(0, 10) > first.slice(0, 10)).to.equal(true);
  });

  it('carry the time of their making', () => {
    expect(timeOfId(nextId(NOW))).to.equal(NOW);
    expect(isoTime(timeOfId(nextId(NOW)))).to.equal('2026-01-02T03:04:05.006Z');
    expect(Math.abs(SYSTEM_CLOCK.now() - Date.now())).to.be.lessThan(1_000);
  });

  it('are told from what only looks like one', () => {
    const id = nextId(NOW);
    const wrong = [id.toLowerCase(), id.slice(1), `${id}0`, `8${id.slice(1)}`, `${id}\n`, ''];
    const letters = ['I', 'L', 'O', 'U', '/', '.'].map((letter) => id.slice(0, 25) + letter);
    for (const text of [...wrong, ...letters]) {
      expect(isId(text), JSON.stringify(text)).to.equal(false);
      expect(thrownBy(() => timeOfId(text))).to.include({ code: 'STATE_DAMAGED' });
    }
  });
});
