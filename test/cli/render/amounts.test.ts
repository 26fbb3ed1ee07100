import { expect } from 'chai';
import { ago, count, showBytes, showDuration } from '../../../src/cli/render/amounts.js';

const NOW = Date.UTC(2026, 0, 2);

describe('cli: amounts', () => {
  it('says how long ago in the largest unit', () => {
    const ages: [number, string][] = [
      [-60, 'just now'],
      [0, 'just now'],
      [1, '1 second ago'],
      [59.9, '59 seconds ago'],
      [60, '1 minute ago'],
      [3_599, '59 minutes ago'],
      [3_600, '1 hour ago'],
      [86_400, '1 day ago'],
      [86_400 * 6, '6 days ago'],
      [604_800, '1 week ago'],
      [86_400 * 40, '1 month ago'],
      [86_400 * 800, '2 years ago'],
    ];
    for (const [seconds, text] of ages) {
      expect(ago(new Date(NOW - seconds * 1_000).toISOString(), NOW)).to.equal(text);
    }
    expect(ago('nonsense', NOW)).to.equal('just now');
  });

  it('counts things', () => {
    expect(count(0, 'file')).to.equal('0 files');
    expect(count(1, 'file')).to.equal('1 file');
    expect(count(2, 'file')).to.equal('2 files');
  });

  it('shows bytes and durations', () => {
    expect(showBytes(0)).to.equal('0 B');
    expect(showBytes(1_023)).to.equal('1023 B');
    expect(showBytes(1_536)).to.equal('1.5 KiB');
    expect(showBytes(1_024 ** 6)).to.equal('1024.0 PiB');
    expect(showDuration(12.4)).to.equal('12 ms');
    expect(showDuration(1_449)).to.equal('1.4 s');
  });
});
