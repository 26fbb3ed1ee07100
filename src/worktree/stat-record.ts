import type { BigIntStats } from 'node:fs';

/** What of an lstat a record is made of. */
type Recorded = Pick<BigIntStats, 'size' | 'mtimeNs' | 'ctimeNs' | 'ino' | 'mode'>;

/**
 * The part of an lstat that tells whether a path may have changed, as 40 bytes that can be
 * compared as they are: size, mtime and ctime in nanoseconds, inode (64 bits each) and mode.
 * The device is left out: its number changes between mounts of one file system.
 */
export const STAT_RECORD_BYTES = 40;

const MTIME_OFFSET = 8;
const CTIME_OFFSET = 16;
const INODE_OFFSET = 24;
const MODE_OFFSET = 32;

/** One record on its way; a view writes 64-bit numbers many times faster than a Buffer does. */
const words = new DataView(new ArrayBuffer(STAT_RECORD_BYTES));
const wordBytes = new Uint8Array(words.buffer);

export function writeStatRecord(buffer: Buffer, offset: number, stat: Recorded): void {
  words.setBigUint64(0, stat.size, true);
  words.setBigUint64(MTIME_OFFSET, stat.mtimeNs, true);
  words.setBigUint64(CTIME_OFFSET, stat.ctimeNs, true);
  words.setBigUint64(INODE_OFFSET, stat.ino, true);
  words.setBigUint64(MODE_OFFSET, stat.mode, true);
  buffer.set(wordBytes, offset);
}

export function statRecord(stat: Recorded): Buffer {
  const record = Buffer.allocUnsafe(STAT_RECORD_BYTES);
  writeStatRecord(record, 0, stat);
  return record;
}

/**
 * Whether both times of a record are older than `stamp` (nanoseconds). Only then would a change
 * made after the stamp have left other times behind: the racy rule of git.
 */
export function isOlderThan(record: Buffer, offset: number, stamp: bigint): boolean {
  return (
    record.readBigInt64LE(offset + MTIME_OFFSET) < stamp &&
    record.readBigInt64LE(offset + CTIME_OFFSET) < stamp
  );
}

/** The mode of lstat(2) that a record holds, with the kind of file. */
export function modeOf(records: Buffer, offset = 0): number {
  return records.readUInt16LE(offset + MODE_OFFSET);
}

/** With the sign that Node's lstat gives it: an overlay numbers files beyond 2^63. */
export function inodeOf(records: Buffer, offset = 0): bigint {
  return records.readBigInt64LE(offset + INODE_OFFSET);
}
