import { expect } from 'chai';
import fc from 'fast-check';
import { isDamage } from '../../../src/store/objects/damage.js';
import { applyDelta } from '../../../src/store/objects/delta.js';
import { thrownBy } from '../../disk/thrown.js';

function sizeBytes(size: number): number[] {
  const bytes: number[] = [];
  for (; size > 127; size = Math.floor(size / 128)) bytes.push((size % 128) | 0x80);
  return [...bytes, size];
}

/** A copy with every byte of offset and size that is not zero. */
function copy(offset: number, size: number): number[] {
  const operands: number[] = [];
  let operation = 0x80;
  for (let index = 0; index < 4; index++) {
    const byte = Math.floor(offset / 2 ** (8 * index)) % 256;
    if (byte !== 0) operands.push(byte);
    if (byte !== 0) operation |= 1 << index;
  }
  for (let index = 0; index < 3; index++) {
    const byte = size === 0x10000 ? 0 : Math.floor(size / 2 ** (8 * index)) % 256;
    if (byte !== 0) operands.push(byte);
    if (byte !== 0) operation |= 0x10 << index;
  }
  return [operation, ...operands];
}

function deltaOf(base: number, result: number, ...operations: number[][]): Buffer {
  return Buffer.from([...sizeBytes(base), ...sizeBytes(result), ...operations.flat()]);
}

function expectDamage(base: Buffer, delta: Buffer): void {
  const error = thrownBy(() => applyDelta(base, delta));
  if (!isDamage(error)) throw error;
}

const BASE = Buffer.from('0123456789');

describe('deltas', () => {
  it('copy from the base and insert', () => {
    const base = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 31) % 256));
    const operation = fc.oneof(
      fc
        .tuple(fc.nat(base.length - 1), fc.integer({ min: 1, max: 100_000 }))
        .map(([offset, size]) => ({ offset, size: Math.min(size, base.length - offset) })),
      fc.uint8Array({ minLength: 1, maxLength: 127 }),
    );
    const check = fc.property(fc.array(operation, { maxLength: 6 }), (operations) => {
      const pieces = operations.map((piece) =>
        'offset' in piece ? base.subarray(piece.offset, piece.offset + piece.size) : piece,
      );
      const expected = Buffer.concat(pieces);
      const encoded = operations.map((piece) =>
        'offset' in piece ? copy(piece.offset, piece.size) : [piece.length, ...piece],
      );
      const delta = deltaOf(base.length, expected.length, ...encoded);
      expect(applyDelta(base, delta).equals(expected)).to.equal(true);
    });
    fc.assert(check);
  });

  it('copy 65536 bytes when no size is given', () => {
    const base = Buffer.alloc(70_000, 'abc');
    const delta = deltaOf(base.length, 0x10000, copy(3, 0x10000));
    expect(delta.length).to.equal(8);
    expect(applyDelta(base, delta).equals(base.subarray(3, 3 + 0x10000))).to.equal(true);
  });

  it('copy from beyond two gigabytes only when the base is that long', () => {
    expectDamage(BASE, deltaOf(10, 1, copy(0x80000000, 1)));
    expectDamage(BASE, deltaOf(10, 1, copy(0xffffffff, 1)));
  });

  it('are damaged when cut short', () => {
    const delta = deltaOf(10, 5, copy(300, 500), [1, 65]);
    for (let length = 0; length < delta.length; length++) {
      expectDamage(BASE, delta.subarray(0, length));
    }
  });

  it('are damaged when made for another base, or when sizes are absurd', () => {
    expectDamage(BASE, deltaOf(11, 1, [1, 65]));
    expectDamage(BASE, deltaOf(10, 2 ** 40, [1, 65]));
    expectDamage(BASE, Buffer.from([...Array<number>(400).fill(0x80), 10, 1, 1, 65]));
  });

  it('are damaged when they reach outside of the base or of the result', () => {
    const deltas = [
      deltaOf(10, 4, copy(8, 4)),
      deltaOf(10, 3, copy(0, 4)),
      deltaOf(10, 1, [2, 65, 66]),
      deltaOf(10, 5, [5, 65]),
    ];
    for (const delta of deltas) {
      const { message } = thrownBy(() => applyDelta(BASE, delta)) as Error;
      expect(message).to.contain('reaches outside');
    }
  });

  it('are damaged when they make less than they say, or hold the reserved operation', () => {
    expectDamage(BASE, deltaOf(10, 5, copy(0, 4)));
    expectDamage(BASE, deltaOf(10, 1, [0], [1, 65]));
  });
});
