import { expect } from 'chai';
import { LIMITS } from '../../../src/core/limits.js';
import { readStagingArea } from '../../../src/worktree/staging-area/read-staging-area.js';
import { git, makeRepository } from '../../helpers/git.js';
import { changed, codeOf, EMPTY_BLOB, indexInfo, readIndex, withExtension } from './index-files.js';

const BLOB = EMPTY_BLOB.sha1;
const FIRST = 12;

function entriesOf(root: string) {
  return readStagingArea(readIndex(root), 'sha1').entries;
}

describe('worktree/staging-area/entry-reader finds, without the help of a checksum,', () => {
  let bytes: Buffer;
  let compressed: Buffer;

  before(() => {
    const root = makeRepository();
    indexInfo(root, [`100644 ${BLOB} 0\taa`, `100644 ${BLOB} 0\tab`, `100644 ${BLOB} 1\tb`]);
    bytes = readIndex(root);
    git(root, 'update-index', '--index-version', '4');
    compressed = readIndex(root);
  });

  /** Entries of two-letter names take 72 bytes: 62, the name, and NULs up to a multiple of 8. */
  const SECOND = FIRST + 72;
  const THIRD = SECOND + 72;

  function damage(change: (copy: Buffer) => void, original = bytes): void {
    expect(
      codeOf(() =>
        readStagingArea(
          changed(original, () => undefined),
          'sha1',
        ),
      ),
    ).to.equal('none');
    const other = changed(original, change);
    expect(codeOf(() => readStagingArea(other, 'sha1'))).to.equal('STATE_DAMAGED');
  }

  it('entries out of order or twice', () => {
    damage((copy) => copy.write('ac', FIRST + 62));
    damage((copy) => copy.write('aa', SECOND + 62));
    damage((copy) => copy.write('a', THIRD + 62));
  });

  it('stages out of order', () => {
    const root = makeRepository();
    indexInfo(root, [`100644 ${BLOB} 1\taa`, `100644 ${BLOB} 2\taa`]);
    const stages = readIndex(root);
    damage((copy) => copy.writeUInt16BE(0x2002, FIRST + 60), stages);
    damage((copy) => copy.writeUInt16BE(0x3002, FIRST + 60), stages);
  });

  it('a name of another length, none at all, or one with a NUL in it', () => {
    damage((copy) => copy.writeUInt16BE(3, FIRST + 60));
    damage((copy) => copy.writeUInt16BE(0x0fff, FIRST + 60));
    const shorter = Buffer.concat([bytes.subarray(0, FIRST + 64), bytes.subarray(FIRST + 72)]);
    const unnamed = changed(shorter, (copy) => copy.fill(0, FIRST + 60, FIRST + 64));
    expect(() => readStagingArea(unnamed, 'sha1')).to.throw('no name');
    damage((copy) => copy.fill(0, FIRST + 62, FIRST + 63));
  });

  it('more entries than there are, or fewer', () => {
    for (const count of [0, 2, 4, 0xffff_ffff]) damage((copy) => copy.writeUInt32BE(count, 8));
  });

  it('a name without an end', () => {
    const endless = changed(bytes, (copy) => copy.fill('x', THIRD + 62, copy.length - 20));
    expect(() => readStagingArea(endless, 'sha1')).to.throw('ends within a name');
    damage((copy) => copy.fill('x', copy.length - 21, copy.length - 20), compressed);
  });

  it('a name that takes away more than there is, by any number of bytes', () => {
    const dropsAt = FIRST + 62;
    damage((copy) => copy.writeUInt8(1, dropsAt), compressed);
    damage((copy) => copy.fill(0xff, dropsAt, copy.length - 20), compressed);
  });

  it('names longer than a path can be', () => {
    const long = 'x'.repeat(LIMITS.pathBytes);
    const root = makeRepository();
    indexInfo(root, [`100644 ${BLOB} 0\t${long}`]);
    expect(entriesOf(root)[0]?.path).to.equal(long);
    indexInfo(root, [`100644 ${BLOB} 0\t${long}y`]);
    expect(codeOf(() => entriesOf(root))).to.equal('STATE_DAMAGED');
  });

  it('an extension that is cut', () => {
    const cut = withExtension(bytes, 'ZZZZ', Buffer.alloc(4));
    damage((copy) => copy.writeUInt32BE(5, copy.length - 28), cut);
    damage((copy) => copy.writeUInt32BE(1, copy.length - 28), cut);
  });

  it('an entry whose padding is cut', () => {
    const root = makeRepository();
    indexInfo(root, [`100644 ${BLOB} 0\taa`]);
    const whole = readIndex(root);
    const cut = Buffer.concat([whole.subarray(0, -24), Buffer.alloc(20)]);
    expect(codeOf(() => readStagingArea(cut, 'sha1'))).to.equal('STATE_DAMAGED');
  });

  it('a file that is too short for what every one has', () => {
    for (const length of [0, 4, 8, 20, 27]) {
      const short = Buffer.concat([Buffer.from('DIRC'), Buffer.alloc(length)]);
      expect(codeOf(() => readStagingArea(short, 'sha1'))).to.equal('STATE_DAMAGED');
    }
  });

  it('another signature', () => {
    damage((copy) => copy.write('DIRX'));
  });
});
