import { expect } from 'chai';
import fc from 'fast-check';
import { decodeEwah } from '../../../src/worktree/staging-area/ewah.js';

/** A marker word and the literal words after it. */
interface Chunk {
  bit: 0 | 1;
  run: number;
  literals: bigint[];
}

function encode(chunks: readonly Chunk[], prefix = 0): Buffer {
  const words = chunks.flatMap(({ bit, run, literals }) => [
    BigInt(bit) | (BigInt(run) << 1n) | (BigInt(literals.length) << 33n),
    ...literals,
  ]);
  const bytes = Buffer.alloc(prefix + 8 + 8 * words.length + 4);
  bytes.writeUInt32BE(words.length, prefix + 4);
  for (const [index, word] of words.entries()) bytes.writeBigUInt64BE(word, prefix + 8 + 8 * index);
  return bytes;
}

function bitsOf(chunks: readonly Chunk[]): number[] {
  const words = chunks.flatMap(({ bit, run, literals }) => [
    ...Array<bigint>(run).fill(bit === 1 ? 2n ** 64n - 1n : 0n),
    ...literals,
  ]);
  return words.flatMap((word, index) => {
    const bits = Array.from({ length: 64 }, (_, bit) => bit);
    return bits.filter((bit) => (word >> BigInt(bit)) & 1n).map((bit) => 64 * index + bit);
  });
}

describe('worktree/staging-area/ewah', () => {
  it('decodes runs and literals', () => {
    const chunk: fc.Arbitrary<Chunk> = fc.record({
      bit: fc.constantFrom(0, 1),
      run: fc.nat(5),
      literals: fc.array(fc.bigInt(0n, 2n ** 64n - 1n), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 5 }), fc.nat(9), (chunks, prefix) => {
        const bytes = encode(chunks, prefix);
        const decoded = decodeEwah(bytes, prefix, 10_000);
        expect(decoded).to.deep.equal({ positions: bitsOf(chunks), end: bytes.length });
      }),
    );
  });

  it('has no bit at the limit or above, whatever the runs claim', () => {
    const literal = encode([{ bit: 0, run: 2, literals: [1n << 63n] }]);
    expect(decodeEwah(literal, 0, 192)?.positions).to.deep.equal([191]);
    expect(decodeEwah(literal, 0, 191)).to.equal(null);
    expect(decodeEwah(encode([{ bit: 1, run: 2, literals: [] }]), 0, 127)).to.equal(null);
    expect(decodeEwah(encode([{ bit: 1, run: 2 ** 32 - 1, literals: [] }]), 0, 1e9)).to.equal(null);
    const far = encode([{ bit: 0, run: 2 ** 32 - 1, literals: [] }]);
    expect(decodeEwah(far, 0, 10)?.positions).to.deep.equal([]);
  });

  it('refuses what is cut, or has more literals than words', () => {
    const bytes = encode([{ bit: 0, run: 0, literals: [5n, 6n] }]);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(decodeEwah(bytes.subarray(0, length), 0, 1_000), `${length}`).to.equal(null);
    }
    bytes.writeUInt32BE(2, 4);
    expect(decodeEwah(bytes, 0, 1_000)).to.equal(null);
  });
});
