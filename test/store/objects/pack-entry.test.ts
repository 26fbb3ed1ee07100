import { expect } from 'chai';
import fc from 'fast-check';
import type { ObjectType } from '../../../src/core/types.js';
import { isDamage } from '../../../src/store/objects/damage.js';
import { encodeEntryHeader, parseEntry } from '../../../src/store/objects/pack-entry.js';
import { thrownBy } from '../../disk/thrown.js';

function expectDamage(...bytes: number[]): void {
  const error = thrownBy(() => parseEntry(Buffer.from(bytes), 1000, 20));
  if (!isDamage(error)) throw error;
}

describe('the header of an object in a pack', () => {
  it('comes back as it was written', () => {
    const type = fc.constantFrom<ObjectType>('blob', 'tree', 'commit', 'tag');
    const size = fc.oneof(fc.nat(20), fc.maxSafeNat());
    const check = fc.property(type, size, (type, size) => {
      const header = encodeEntryHeader(type, size);
      const entry = parseEntry(Buffer.concat([header, Buffer.alloc(5, 255)]), 77, 20);
      const dataOffset = 77 + header.length;
      expect(entry).to.deep.equal({ type, size, base: null, offset: 77, dataOffset });
    });
    fc.assert(check);
  });

  it('places the base of a delta by distance', () => {
    const bytes = Buffer.from([0x6a, 0x80, 0x10, 0x78]);
    const entry = parseEntry(bytes, 1000, 20);
    expect(entry).to.deep.equal({
      type: null,
      size: 10,
      base: 856,
      offset: 1000,
      dataOffset: 1003,
    });
  });

  it('names the base of a delta', () => {
    const entry = parseEntry(Buffer.from([0x73, ...Array<number>(32).fill(7)]), 1000, 32);
    expect(entry.base).to.deep.equal(Buffer.alloc(32, 7));
    expect(entry.dataOffset).to.equal(1033);
  });

  it('is damaged when cut short', () => {
    expectDamage();
    expectDamage(0xb0);
    expectDamage(0x61);
    expectDamage(0x61, 0x80);
    expectDamage(0x71, ...Array<number>(19).fill(7));
  });

  it('is damaged when of unknown type', () => {
    expectDamage(0x01, 0x78);
    expectDamage(0x51, 0x78);
  });

  it('is damaged when a base lies outside of the pack, or is the delta itself', () => {
    expectDamage(0x61, 0x00);
    expectDamage(0x61, 0x87, 0x00);
    expectDamage(0x61, ...Array<number>(40).fill(0xff), 0);
  });

  it('is damaged when the size is more than can be counted', () => {
    expectDamage(0xbf, ...Array<number>(8).fill(0xff), 0x7f);
    expectDamage(0xbf, ...Array<number>(62).fill(0xff), 0x7f);
  });
});
