import { LIMITS } from '../../core/limits.js';
import { damaged } from './damage.js';

/** Reads through a delta; running out of it is damage. */
class DeltaCursor {
  at = 0;
  readonly #delta: Uint8Array;

  constructor(delta: Uint8Array) {
    this.#delta = delta;
  }

  get ended(): boolean {
    return this.at >= this.#delta.length;
  }

  byte(): number {
    const value = this.#delta[this.at++];
    if (value === undefined) throw damaged('a delta is cut short');
    return value;
  }

  /** A size: seven bits a byte, the lowest first, the top bit set on all but the last. */
  size(): number {
    let value = 0;
    let unit = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * unit;
      if (!(value <= LIMITS.wholeObjectBytes)) throw damaged('a delta makes too large an object');
      if ((byte & 0x80) === 0) return value;
      unit *= 128;
    }
  }

  /** A number whose bytes, the lowest first, are there only where `mask` has a bit. */
  sparse(mask: number, bytes: number): number {
    let value = 0;
    for (let index = 0; index < bytes; index++) {
      if ((mask & (1 << index)) !== 0) value += this.byte() * 2 ** (8 * index);
    }
    return value;
  }
}

/**
 * Applies a delta (gitformat-pack, "Deltified representation") to the object it was made from.
 * @throws {PitonError} `OBJECT_DAMAGED` when it reaches outside of either object.
 */
export function applyDelta(base: Buffer, delta: Buffer): Buffer {
  const cursor = new DeltaCursor(delta);
  if (cursor.size() !== base.length) throw damaged('a delta is for an object of another size');
  const size = cursor.size();
  const result = Buffer.allocUnsafe(size);
  let filled = 0;
  while (!cursor.ended) {
    const operation = cursor.byte();
    if (operation === 0) throw damaged('a delta has an unknown operation');
    const isCopy = (operation & 0x80) !== 0;
    const from = isCopy ? cursor.sparse(operation, 4) : cursor.at;
    const length = isCopy ? cursor.sparse((operation >> 4) & 7, 3) || 0x10000 : operation;
    const source = isCopy ? base : delta;
    if (from + length > source.length || filled + length > size) {
      throw damaged('a delta reaches outside of its object');
    }
    source.copy(result, filled, from, from + length);
    filled += length;
    if (!isCopy) cursor.at += length;
  }
  if (filled !== size) throw damaged('a delta makes less than it says');
  return result;
}
