import { constants, type BigIntStats } from 'node:fs';
import { MODE, type FileMode } from '../core/types.js';
import { inodeOf, modeOf, STAT_RECORD_BYTES, writeStatRecord } from './stat-record.js';

/*
 * What counts of an lstat, as a row of numbers that a thread can hand to another as it is: the
 * stat record, the device and the number of links (64 bits each, little-endian, with the sign that
 * Node gives them).
 */
const DEVICE_AT = STAT_RECORD_BYTES;
const LINKS_AT = STAT_RECORD_BYTES + 8;
const STAT_ROW_BYTES = STAT_RECORD_BYTES + 16;

export type EntryKind = 'folder' | 'file' | 'link' | 'other';

const KINDS = new Map<number, EntryKind>([
  [constants.S_IFDIR, 'folder'],
  [constants.S_IFREG, 'file'],
  [constants.S_IFLNK, 'link'],
]);

/** Where something is, as far as its name may lead elsewhere meanwhile. */
export type FilePlace = Pick<BigIntStats, 'dev' | 'ino'>;

export function packStats(stats: readonly BigIntStats[]): Buffer<ArrayBuffer> {
  const rows = Buffer.alloc(stats.length * STAT_ROW_BYTES);
  let at = 0;
  for (const stat of stats) {
    writeStatRecord(rows, at, stat);
    rows.writeBigInt64LE(stat.dev, at + DEVICE_AT);
    rows.writeBigInt64LE(stat.nlink, at + LINKS_AT);
    at += STAT_ROW_BYTES;
  }
  return rows;
}

/** Rows in the order they were added, in one growing buffer. */
export class StatRows {
  #buffer = Buffer.allocUnsafe(STAT_ROW_BYTES * 1_024);
  #length = 0;

  /** The index of the first. */
  add(rows: Buffer): number {
    const needed = this.#length + rows.length;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    rows.copy(this.#buffer, this.#length);
    const first = this.#length / STAT_ROW_BYTES;
    this.#length = needed;
    return first;
  }

  kindAt(index: number): EntryKind {
    return KINDS.get(this.#modeAt(index) & constants.S_IFMT) ?? 'other';
  }

  /** Of a file or link. */
  fileModeAt(index: number): FileMode {
    const mode = this.#modeAt(index);
    if ((mode & constants.S_IFMT) === constants.S_IFLNK) return MODE.link;
    return (mode & constants.S_IXUSR) === 0 ? MODE.file : MODE.executable;
  }

  /** Bytes. */
  sizeAt(index: number): number {
    const at = index * STAT_ROW_BYTES;
    return this.#buffer.readUInt32LE(at) + this.#buffer.readUInt32LE(at + 4) * 2 ** 32;
  }

  placeAt(index: number): FilePlace {
    const at = index * STAT_ROW_BYTES;
    const dev = this.#buffer.readBigInt64LE(at + DEVICE_AT);
    return { dev, ino: inodeOf(this.#buffer, at) };
  }

  hasOtherNamesAt(index: number): boolean {
    const at = index * STAT_ROW_BYTES + LINKS_AT;
    return this.#buffer.readUInt32LE(at) > 1;
  }

  recordAt(index: number): Buffer {
    const at = index * STAT_ROW_BYTES;
    return this.#buffer.subarray(at, at + STAT_RECORD_BYTES);
  }

  setRecord(index: number, record: Buffer): void {
    record.copy(this.#buffer, index * STAT_ROW_BYTES, 0, STAT_RECORD_BYTES);
  }

  /** The records of some, one after the other. */
  recordsOf(holders: readonly { record: number }[]): Buffer {
    return Buffer.concat(holders.map(({ record }) => this.recordAt(record)));
  }

  #modeAt(index: number): number {
    return modeOf(this.#buffer, index * STAT_ROW_BYTES);
  }
}
