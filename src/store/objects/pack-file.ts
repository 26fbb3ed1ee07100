import { closeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { LIMITS } from '../../core/limits.js';
import type { GitObject } from '../../core/types.js';
import type { BaseCache } from './base-cache.js';
import { damaged } from './damage.js';
import { applyDelta } from './delta.js';
import { openRegular, readAt } from './files.js';
import { asDamage, inflateExactly, isCutShort } from './compression.js';
import { ENTRY_HEADER_MAX_BYTES, parseEntry, type PackedEntry } from './pack-entry.js';
import type { PackIndex } from './pack-index.js';

export const PACK_HEADER_BYTES = 12;
const CHUNK_BYTES = 1024 * 1024;

/** An open pack (gitformat-pack). Nothing that it says is trusted. */
export class PackFile {
  readonly fd: number;
  /** Where the checksum at the end of the pack begins. */
  readonly end: number;
  readonly #path: string;
  readonly #index: PackIndex;
  readonly #width: number;
  readonly #cache: BaseCache;

  private constructor(fd: number, end: number, path: string, index: PackIndex, cache: BaseCache) {
    this.fd = fd;
    this.end = end;
    this.#path = path;
    this.#index = index;
    this.#width = index.packChecksum.length;
    this.#cache = cache;
  }

  /**
   * Opens the pack that an index is for; null when it is not there (any more).
   * @throws {PitonError} `OBJECT_DAMAGED` when it is not a pack, or not that of the index.
   */
  static open(path: string, index: PackIndex, cache: BaseCache): PackFile | null {
    const file = openRegular(path);
    if (file === null) return null;
    const pack = new PackFile(file.fd, file.size - index.packChecksum.length, path, index, cache);
    if (pack.#isOfIndex()) return pack;
    pack.close();
    throw damaged(`${path} is not the pack that its index is for`, { file: path });
  }

  #isOfIndex(): boolean {
    if (this.end < PACK_HEADER_BYTES) return false;
    const header = this.#readAt(0, PACK_HEADER_BYTES);
    const version = header.readUInt32BE(4);
    if (header.toString('latin1', 0, 4) !== 'PACK' || (version !== 2 && version !== 3))
      return false;
    if (header.readUInt32BE(8) !== this.#index.count) return false;
    const trailer = Buffer.alloc(this.#width);
    return (
      readAt(this.fd, trailer, this.end) === this.#width && trailer.equals(this.#index.packChecksum)
    );
  }

  close(): void {
    closeSync(this.fd);
  }

  /** @throws {PitonError} `OBJECT_DAMAGED` when there cannot be an object at the offset. */
  entryAt(offset: number): PackedEntry {
    if (offset < PACK_HEADER_BYTES) throw damaged('a pack index points outside of its pack');
    return parseEntry(this.#readAt(offset, ENTRY_HEADER_MAX_BYTES), offset, this.#width);
  }

  /**
   * The object at an offset, its deltas applied. Its hash is not checked here. Do not change it.
   * @throws {PitonError} `OBJECT_DAMAGED`
   */
  read(offset: number, first: PackedEntry = this.entryAt(offset)): GitObject {
    const deltas: PackedEntry[] = [];
    let entry = first;
    let object = this.#cache.get(this.#keyOf(entry));
    while (object === undefined) {
      if (entry.base === null) {
        object = { type: entry.type, data: this.#inflate(entry) };
        if (deltas.length > 0) this.#cache.set(this.#keyOf(entry), object);
        break;
      }
      if (deltas.length >= LIMITS.deltaDepth) throw damaged('a chain of deltas is too long');
      deltas.push(entry);
      entry = this.entryAt(this.#baseOffset(entry.base));
      object = this.#cache.get(this.#keyOf(entry));
    }
    for (let delta = deltas.pop(); delta !== undefined; delta = deltas.pop()) {
      object = { type: object.type, data: applyDelta(object.data, this.#inflate(delta)) };
      if (deltas.length > 0) this.#cache.set(this.#keyOf(delta), object);
    }
    return object;
  }

  /**
   * Whether the bytes of an entry have the checksum given; false for a delta, of which they do not
   * tell everything.
   */
  isIntact(offset: number, length: number, checksum: number): boolean {
    if (this.entryAt(offset).base !== null) return false;
    let crc = 0;
    for (let done = 0; done < length; done += CHUNK_BYTES) {
      crc = crc32(this.#readAt(offset + done, Math.min(length - done, CHUNK_BYTES)), crc);
    }
    return crc === checksum;
  }

  #keyOf(entry: PackedEntry): string {
    return `${entry.offset} ${this.#path}`;
  }

  #baseOffset(base: number | Buffer): number {
    if (typeof base === 'number') return base;
    const position = this.#index.find(base);
    if (position < 0) throw damaged('a delta is for an object that its pack does not hold');
    return this.#index.offsetAt(position);
  }

  /** An entry does not say how long it is compressed: more is read when the guess was short. */
  #inflate(entry: PackedEntry): Buffer {
    const { size, dataOffset } = entry;
    if (size > LIMITS.wholeObjectBytes) throw damaged('it is too large to read');
    const available = this.end - dataOffset;
    // Deflate makes incompressible data no more than an eighth longer, whoever wrote it.
    for (let guess = size + Math.ceil(size / 8) + 64; ; guess *= 8) {
      try {
        return inflateExactly(this.#readAt(dataOffset, guess), size).data;
      } catch (error) {
        if (!isCutShort(error) || guess >= available) throw asDamage(error);
      }
    }
  }

  /** Up to `length` bytes, fewer at the end of the pack. */
  #readAt(offset: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.end - offset)));
    return buffer.subarray(0, readAt(this.fd, buffer, offset));
  }
}
