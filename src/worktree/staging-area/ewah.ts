/** The set bits of a bitmap, ascending, and where its bytes end. */
export interface DecodedBitmap {
  readonly positions: readonly number[];
  readonly end: number;
}

/** Adds the positions of a word's set bits, the word's lowest bit being at `at`. */
function addBits(positions: number[], word: number, at: number): void {
  for (let rest = word; rest !== 0; rest &= rest - 1) {
    positions.push(at + 31 - Math.clz32(rest & -rest));
  }
}

/**
 * Decodes the EWAH bitmap at `offset`; null when it is damaged or has a bit at `limit` or above.
 *
 * The form: the number of bits (32 bits), the number of 64-bit words (32 bits), the words, the
 * place of the last marker word (32 bits). A marker word holds from its lowest bit: the bit that a
 * run repeats (1), for how many words it does (32), and how many literal words follow (31).
 * Source: git's Documentation/technical/bitmap-format, appendix A.
 */
export function decodeEwah(bytes: Buffer, offset: number, limit: number): DecodedBitmap | null {
  if (offset + 12 > bytes.length) return null;
  const wordsAt = offset + 8;
  const wordsEnd = wordsAt + 8 * bytes.readUInt32BE(offset + 4);
  if (wordsEnd + 4 > bytes.length) return null;
  const positions: number[] = [];
  let bit = 0;
  for (let at = wordsAt; at < wordsEnd;) {
    const high = bytes.readUInt32BE(at);
    const low = bytes.readUInt32BE(at + 4);
    at += 8;
    const runEnd = bit + 64 * ((high & 1) * 2 ** 31 + (low >>> 1));
    if ((low & 1) === 1) {
      if (runEnd > limit) return null;
      while (bit < runEnd) positions.push(bit++);
    }
    bit = runEnd;
    const literalsEnd = at + 8 * (high >>> 1);
    if (literalsEnd > wordsEnd) return null;
    for (; at < literalsEnd; at += 8, bit += 64) {
      addBits(positions, bytes.readInt32BE(at + 4), bit);
      addBits(positions, bytes.readInt32BE(at), bit + 32);
    }
  }
  if ((positions.at(-1) ?? -1) >= limit) return null;
  return { positions, end: wordsEnd + 4 };
}
