import { expect } from 'chai';
import { pruneExpiry } from '../../src/retention/prune-expiry.js';
import { createConfig } from '../../src/store/config/config-values.js';

function expiryWith(values: Record<string, string>): string {
  const entries = Object.entries(values);
  return pruneExpiry(
    createConfig(entries.map(([key, value]) => ({ key, value, fromRepository: true }))),
  );
}

describe('retention: for how long git leaves alone what nothing refers to', () => {
  const cases: [string | undefined, string][] = [
    [undefined, '2.weeks.ago'],
    ['now', '2.weeks.ago'],
    ['never', 'never'],
    ['1.second.ago', '2.weeks.ago'],
    ['13 days ago', '2.weeks.ago'],
    ['14.days.ago', '2.weeks.ago'],
    ['15.days.ago', '15.days.ago'],
    ['3 Months ago', '3.months.ago'],
    ['1.year.ago', '1.years.ago'],
    ['yesterday', 'never'],
    ['2026-01-01', 'never'],
    ['', 'never'],
  ];
  for (const [stated, expected] of cases) {
    it(`${expected} when gc.pruneExpire is ${JSON.stringify(stated)}`, () => {
      const values: Record<string, string> =
        stated === undefined ? {} : { 'gc.pruneexpire': stated };
      expect(expiryWith(values)).to.equal(expected);
    });
  }

  it('for ever when a program is to tell of more objects to keep', () => {
    expect(expiryWith({ 'gc.recentobjectshook': 'x', 'gc.pruneexpire': 'now' })).to.equal('never');
  });
});
