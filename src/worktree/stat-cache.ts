import { crc32 } from 'node:zlib';
import { asBytePath, type BytePath } from '../core/byte-path.js';
import type { HashAlgorithm, ObjectId } from '../core/types.js';
import type { KnownTree } from './found.js';
import { isOlderThan, STAT_RECORD_BYTES } from './stat-record.js';

/*
 * The stat cache is one file: a header, then one entry a path in byte order of the paths, then a
 * CRC-32 of everything before it (integers little-endian).
 *
 *   header  "PITONSC2", algorithm (u8: 1 = SHA-1, 2 = SHA-256), anchor length (u16), anchor (text),
 *           entry count (u32)
 *   entry   path length (u16), path, stat record (40), object id (20 or 32)
 *
 * A folder that was captured is an entry too: its path ends with "/", that of the worktree itself
 * is empty, the record begins with how many files and how many folders its tree holds (u64 each)
 * and is zero otherwise, and the object id is the tree's.
 *
 * An entry is only written when its times are older than the stamp that was taken from the file
 * system's own clock before the scan began; so a match of the record means: not changed since.
 */
const MAGIC = Buffer.from('PITONSC2', 'latin1');
const CRC_BYTES = 4;

function idBytes(algorithm: HashAlgorithm): number {
  return algorithm === 'sha1' ? 20 : 32;
}

/** Looks paths up in ascending order; asking for a smaller path than before finds nothing. */
export interface StatLookup {
  /** The remembered object id when the record is the same, else null. */
  find(path: BytePath, record: Buffer): ObjectId | null;
  /** The remembered tree of a folder. */
  findTree(folder: BytePath): KnownTree | null;
}

export class StatCache implements StatLookup {
  /** Names what vouches for the objects of all entries (a ref and its value), or is empty. */
  readonly anchor: string;
  readonly #data: Buffer;
  readonly #idBytes: number;
  #offset: number;
  #path = '';

  private constructor(data: Buffer, algorithm: HashAlgorithm, anchor: string, start: number) {
    this.#data = data;
    this.#idBytes = idBytes(algorithm);
    this.anchor = anchor;
    this.#offset = start;
    this.#readPath();
  }

  static empty(): StatLookup {
    return { find: () => null, findTree: () => null };
  }

  /** A cache read from its file; null when it is not whole or for another kind of repository. */
  static parse(data: Buffer, algorithm: HashAlgorithm): StatCache | null {
    const body = data.length - CRC_BYTES;
    if (body < MAGIC.length + 7 || !data.subarray(0, MAGIC.length).equals(MAGIC)) return null;
    if (crc32(data.subarray(0, body)) !== data.readUInt32LE(body)) return null;
    if (data[MAGIC.length] !== (algorithm === 'sha1' ? 1 : 2)) return null;
    const anchorStart = MAGIC.length + 3;
    const anchorEnd = anchorStart + data.readUInt16LE(MAGIC.length + 1);
    if (anchorEnd + 4 > body) return null;
    const anchor = data.toString('latin1', anchorStart, anchorEnd);
    return new StatCache(data.subarray(0, body), algorithm, anchor, anchorEnd + 4);
  }

  find(path: BytePath, record: Buffer): ObjectId | null {
    if (!this.#goTo(path)) return null;
    const start = this.#offset + 2 + path.length;
    const end = start + STAT_RECORD_BYTES;
    if (this.#data.compare(record, 0, STAT_RECORD_BYTES, start, end) !== 0) return null;
    return this.#data.toString('hex', end, end + this.#idBytes);
  }

  findTree(folder: BytePath): KnownTree | null {
    const path = pathOfTree(folder);
    if (!this.#goTo(path)) return null;
    const start = this.#offset + 2 + path.length;
    const end = start + STAT_RECORD_BYTES;
    return {
      oid: this.#data.toString('hex', end, end + this.#idBytes),
      files: Number(this.#data.readBigUInt64LE(start)),
      folders: Number(this.#data.readBigUInt64LE(start + 8)),
    };
  }

  #goTo(path: string): boolean {
    while (this.#path < path && this.#offset < this.#data.length) this.#advance();
    return this.#path === path && this.#offset < this.#data.length;
  }

  /** All files that are left to look up, in ascending order; nothing is found afterwards. */
  *entries(): Iterable<StatCacheEntry> {
    for (const entry of this.#all()) if (!isPathOfTree(entry.path)) yield entry;
  }

  /** As `entries`, the folders; their paths are as they are looked up. */
  *trees(): Iterable<KnownTree & { path: BytePath }> {
    for (const { path, record, oid } of this.#all()) {
      if (!isPathOfTree(path)) continue;
      const folder = asBytePath(path.slice(0, -1));
      const files = Number(record.readBigUInt64LE(0));
      yield { path: folder, oid, files, folders: Number(record.readBigUInt64LE(8)) };
    }
  }

  *#all(): Iterable<StatCacheEntry> {
    for (; this.#offset < this.#data.length; this.#advance()) {
      const path = asBytePath(this.#path);
      const start = this.#offset + 2 + path.length;
      const end = start + STAT_RECORD_BYTES;
      const oid = this.#data.toString('hex', end, end + this.#idBytes);
      yield { path, record: this.#data.subarray(start, end), oid };
    }
  }

  #advance(): void {
    const pathBytes = this.#data.readUInt16LE(this.#offset);
    this.#offset += 2 + pathBytes + STAT_RECORD_BYTES + this.#idBytes;
    this.#readPath();
  }

  #readPath(): void {
    if (this.#offset + 2 > this.#data.length) {
      this.#offset = this.#data.length;
      return;
    }
    const start = this.#offset + 2;
    const end = start + this.#data.readUInt16LE(this.#offset);
    if (end + STAT_RECORD_BYTES + this.#idBytes > this.#data.length) {
      this.#offset = this.#data.length;
      return;
    }
    this.#path = this.#data.toString('latin1', start, end);
  }
}

export interface StatCacheEntry {
  path: BytePath;
  record: Buffer;
  oid: ObjectId;
}

function pathOfTree(folder: BytePath): BytePath {
  return asBytePath(folder === '' ? '' : `${folder}/`);
}

function isPathOfTree(path: BytePath): boolean {
  return path === '' || path.endsWith('/');
}

/** What the cache should remember of a folder whose tree is known. */
export function treeEntry(folder: BytePath, { oid, files, folders }: KnownTree): StatCacheEntry {
  const record = Buffer.alloc(STAT_RECORD_BYTES);
  record.writeBigUInt64LE(BigInt(files), 0);
  record.writeBigUInt64LE(BigInt(folders), 8);
  return { path: pathOfTree(folder), record, oid };
}

/**
 * The bytes of a cache file. Entries must come in byte order of their paths; those not older than
 * `stamp` (nanoseconds) are left out.
 */
export function formatStatCache(
  entries: Iterable<StatCacheEntry>,
  options: { algorithm: HashAlgorithm; stamp: bigint; anchor: string },
): Buffer {
  const { algorithm, stamp } = options;
  const anchor = Buffer.from(options.anchor, 'latin1');
  const countOffset = MAGIC.length + 3 + anchor.length;
  let bytes: Buffer = Buffer.allocUnsafe(INITIAL_BYTES + countOffset);
  MAGIC.copy(bytes);
  bytes.writeUInt8(algorithm === 'sha1' ? 1 : 2, MAGIC.length);
  bytes.writeUInt16LE(anchor.length, MAGIC.length + 1);
  anchor.copy(bytes, MAGIC.length + 3);
  let length = countOffset + 4;
  let count = 0;
  const fixedBytes = 2 + STAT_RECORD_BYTES + idBytes(algorithm) + CRC_BYTES;
  for (const { path, record, oid } of entries) {
    if (!isOlderThan(record, 0, stamp)) continue;
    if (length + path.length + fixedBytes > bytes.length) bytes = doubled(bytes, length);
    length = bytes.writeUInt16LE(path.length, length);
    length += bytes.write(path, length, 'latin1');
    bytes.set(record, length);
    length += STAT_RECORD_BYTES;
    length += bytes.write(oid, length, 'hex');
    count++;
  }
  bytes.writeUInt32LE(count, countOffset);
  const end = bytes.writeUInt32LE(crc32(bytes.subarray(0, length)), length);
  return bytes.subarray(0, end);
}

/** Larger than the longest path. */
const INITIAL_BYTES = 256 * 1024;

function doubled(bytes: Buffer, length: number): Buffer {
  const larger = Buffer.allocUnsafe(bytes.length * 2);
  bytes.copy(larger, 0, 0, length);
  return larger;
}
