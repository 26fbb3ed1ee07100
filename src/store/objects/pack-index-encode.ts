import { createHash } from 'node:crypto';
import type { HashAlgorithm, ObjectId } from '../../core/types.js';
import { idBytes } from './object-format.js';

/** One object of a pack being written. */
export interface PackEntry {
  oid: ObjectId;
  /** Where it begins in the pack. */
  offset: number;
  /** CRC-32 of its bytes in the pack, header included. */
  crc: number;
}

const LARGE_FROM = 0x80000000;

function fanOutOf(sorted: readonly PackEntry[]): Uint32Array {
  const counts = new Uint32Array(256);
  for (const { oid } of sorted) {
    const first = Number.parseInt(oid.slice(0, 2), 16);
    counts[first] = (counts[first] as number) + 1;
  }
  for (let first = 1; first < 256; first++) {
    counts[first] = (counts[first] as number) + (counts[first - 1] as number);
  }
  return counts;
}

/**
 * A pack index of version 2 (gitformat-pack), in shared memory as `PackIndex` takes it.
 * @param entries sorted here, by id
 * @param packChecksum what ends the pack
 */
export function encodePackIndex(
  algorithm: HashAlgorithm,
  entries: PackEntry[],
  packChecksum: Uint8Array,
): SharedArrayBuffer {
  entries.sort((left, right) => (left.oid < right.oid ? -1 : 1));
  const width = idBytes(algorithm);
  const large = entries.filter((entry) => entry.offset >= LARGE_FROM);
  const size = 8 + 1024 + entries.length * (width + 8) + large.length * 8 + 2 * width;
  const shared = new SharedArrayBuffer(size);
  const bytes = Buffer.from(shared);
  bytes.write('ff744f6300000002', 'hex');
  let at = 8;
  for (const count of fanOutOf(entries)) at = bytes.writeUInt32BE(count, at);
  for (const { oid } of entries) at += bytes.write(oid, at, 'hex');
  for (const { crc } of entries) at = bytes.writeUInt32BE(crc, at);
  let largeBefore = 0;
  for (const { offset } of entries) {
    at = bytes.writeUInt32BE(offset < LARGE_FROM ? offset : LARGE_FROM + largeBefore++, at);
  }
  for (const { offset } of large) at = bytes.writeBigUInt64BE(BigInt(offset), at);
  bytes.set(packChecksum, at);
  at += width;
  bytes.set(createHash(algorithm).update(bytes.subarray(0, at)).digest(), at);
  return shared;
}
