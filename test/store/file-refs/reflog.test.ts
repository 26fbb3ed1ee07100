import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appendReflog } from '../../../src/store/file-refs/reflog.js';
import { tempDirectory } from '../../helpers/temp.js';

const ONE = '1'.repeat(40);
const TWO = '2'.repeat(40);
const CLOCK = { now: () => 1_700_000_000_999 };

describe('appendReflog', () => {
  let base: string;

  beforeEach(() => {
    base = tempDirectory();
  });

  function append(ref: string): void {
    appendReflog(base, ref, { from: ONE, to: TWO, reason: 'a b' }, CLOCK, 'full');
  }

  it('adds a line to a log', () => {
    mkdirSync(join(base, 'logs'));
    writeFileSync(join(base, 'logs/HEAD'), 'before\n');
    append('HEAD');
    const line = `${ONE} ${TWO} piton <piton@localhost> 1700000000 +0000\ta b\n`;
    expect(readFileSync(join(base, 'logs/HEAD'), 'utf8')).to.equal(`before\n${line}`);
  });

  it('makes no log', () => {
    append('HEAD');
    mkdirSync(join(base, 'logs'));
    append('HEAD');
    append('refs/heads/main');
    expect(readdirSync(join(base, 'logs'))).to.deep.equal([]);
  });

  it('writes through no link, and waits for no FIFO', () => {
    const outside = join(tempDirectory(), 'file');
    writeFileSync(outside, 'x');
    mkdirSync(join(base, 'logs/refs'), { recursive: true });
    symlinkSync(outside, join(base, 'logs/HEAD'));
    symlinkSync(tempDirectory(), join(base, 'logs/refs/heads'));
    execFileSync('mkfifo', [join(base, 'logs/ORIG_HEAD')]);
    for (const ref of ['HEAD', 'refs/heads/main', 'ORIG_HEAD']) append(ref);
    expect(readFileSync(outside, 'utf8')).to.equal('x');
  });

  it('passes on what the system says', () => {
    mkdirSync(join(base, 'logs'));
    expect(() => {
      append('x'.repeat(300));
    }).to.throw('ENAMETOOLONG');
  });
});
