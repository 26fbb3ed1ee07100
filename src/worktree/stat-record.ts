import type { BigIntStats } from 'node:fs';

/**
 * The part of an lstat that tells whether a path may have changed, as 40 bytes that can be
 * compared as they are: size, mtime and ctime in nanoseconds, inode (64 bits each) and mode.
 * The device is left out: its number changes between mounts of one file system.
 */
export const STAT_RECORD_BYTES = 40;

const MTIME_OFFSET = 8;
const CTIME_OFFSET = 16;

function writeUnsigned(buffer: Buffer, value: bigint, offset: number): void {
  buffer.writeBigUInt64LE(BigInt.asUintN(64, value), offset);
}

export function writeStatRecord(buffer: Buffer, offset: number, stat: BigIntStats): void {
  writeUnsigned(buffer, stat.size, offset);
  writeUnsigned(buffer, stat.mtimeNs, offset + MTIME_OFFSET);
  writeUnsigned(buffer, stat.ctimeNs, offset + CTIME_OFFSET);
  writeUnsigned(buffer, stat.ino, offset + 24);
  writeUnsigned(buffer, stat.mode, offset + 32);
}

export function statRecord(stat: BigIntStats): Buffer {
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

/** Records in the order they were added, in one growing buffer. */
export class StatTable {
  #buffer = Buffer.allocUnsafe(STAT_RECORD_BYTES * 1_024);
  #count = 0;

  add(record: Buffer): number {
    const offset = this.#count * STAT_RECORD_BYTES;
    if (offset === this.#buffer.length) {
      const larger = Buffer.allocUnsafe(this.#buffer.length * 2);
      this.#buffer.copy(larger);
      this.#buffer = larger;
    }
    record.copy(this.#buffer, offset, 0, STAT_RECORD_BYTES);
    return this.#count++;
  }

  set(index: number, record: Buffer): void {
    record.copy(this.#buffer, index * STAT_RECORD_BYTES, 0, STAT_RECORD_BYTES);
  }

  at(index: number): Buffer {
    return this.#buffer.subarray(index * STAT_RECORD_BYTES, (index + 1) * STAT_RECORD_BYTES);
  }
}
