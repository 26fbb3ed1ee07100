import { deflateSync } from 'node:zlib';
import { expect } from 'chai';
import {
  asDamage,
  deflate,
  inflateExactly,
  inflateStart,
  isCutShort,
} from '../../../src/store/objects/compression.js';
import { isDamage } from '../../../src/store/objects/damage.js';
import { thrownBy } from '../../disk/thrown.js';

const DATA = Buffer.from('some contents that repeat, that repeat, that repeat');

describe('compression', () => {
  it('gives back what was compressed, and how much input that took', () => {
    const stored = deflate(DATA);
    const { data, consumed } = inflateExactly(
      Buffer.concat([stored, Buffer.alloc(9, 7)]),
      DATA.length,
    );
    expect(data.equals(DATA)).to.equal(true);
    expect(consumed).to.equal(stored.length);
  });

  it('handles nothing, and more than one chunk', () => {
    expect(inflateExactly(deflate(Buffer.alloc(0)), 0).data.length).to.equal(0);
    const large = Buffer.alloc(3 * 1024 * 1024, 'ab');
    expect(inflateExactly(deflate(large), large.length).data.equals(large)).to.equal(true);
  });

  it('stops a stream that holds more than it should, before it fills the memory', () => {
    const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024));
    const before = process.memoryUsage().arrayBuffers;
    expect(isDamage(asDamage(thrownBy(() => inflateExactly(bomb, 100))))).to.equal(true);
    expect(process.memoryUsage().arrayBuffers - before).to.be.lessThan(16 * 1024 * 1024);
  });

  it('refuses a stream that holds less', () => {
    expect(isDamage(thrownBy(() => inflateExactly(deflate(DATA), DATA.length + 1)))).to.equal(true);
    expect(isDamage(thrownBy(() => inflateExactly(deflate(DATA), DATA.length + 9)))).to.equal(true);
  });

  it('tells input that is cut short from other damage', () => {
    const stored = deflate(DATA);
    const short = thrownBy(() => inflateExactly(stored.subarray(0, -6), DATA.length));
    expect(isCutShort(short)).to.equal(true);
    expect(isDamage(asDamage(short))).to.equal(true);
    const wrong = Buffer.from(stored);
    wrong.writeUInt8(wrong.readUInt8(wrong.length - 1) ^ 1, wrong.length - 1);
    const error = thrownBy(() => inflateExactly(wrong, DATA.length));
    expect(isCutShort(error)).to.equal(false);
    expect(isDamage(asDamage(error))).to.equal(true);
  });

  it('leaves other errors alone', () => {
    const error = new Error('else');
    expect(asDamage(error)).to.equal(error);
  });

  it('inflates a beginning', () => {
    const random = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251));
    const start = inflateStart(deflate(random).subarray(0, 200));
    expect(start.length).to.be.greaterThan(20);
    expect(start.equals(random.subarray(0, start.length))).to.equal(true);
  });
});
