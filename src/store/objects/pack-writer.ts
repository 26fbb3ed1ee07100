import { createHash } from 'node:crypto';
import { closeSync, createReadStream, ftruncateSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Durability, HashAlgorithm } from '../../core/types.js';
import type { DeflatedObject } from '../object-store.js';
import { createFile, ensureFolder, syncFile, writeAt } from './files.js';
import { encodeEntryHeader } from './pack-entry.js';
import { PACK_HEADER_BYTES } from './pack-file.js';
import type { PackEntry } from './pack-index-encode.js';
import { objectTempPath } from './temp-files.js';
import { removeFile } from '../../disk/remove-file.js';

const STAGING_BYTES = 1024 * 1024;
const COUNT_OFFSET = 8;

/** A pack on its way to the disk, under a temporary name. Nothing may follow `finish`. */
export class PackWriter {
  readonly path: string;
  readonly entries: PackEntry[] = [];
  readonly #fd: number;
  #isOpen = true;
  /** What is not written yet, so that small objects do not cost a system call each. */
  readonly #staging = Buffer.allocUnsafe(STAGING_BYTES);
  #staged = 0;
  #written = 0;

  /** Begins a pack in a folder, which is made when it is not there. */
  constructor(folder: string) {
    ensureFolder(folder);
    this.path = objectTempPath(folder, 'tmp_pack');
    this.#fd = createFile(this.path);
    this.write(Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1'));
  }

  /** Bytes so far: where the next entry begins. */
  get length(): number {
    return this.#written + this.#staged;
  }

  append(object: DeflatedObject): void {
    const header = encodeEntryHeader(object.type, object.size);
    const crc = crc32(object.deflated, crc32(header));
    this.entries.push({ oid: object.oid, offset: this.length, crc });
    this.write(header);
    this.write(object.deflated);
  }

  write(bytes: Uint8Array): void {
    if (this.#staged + bytes.length > STAGING_BYTES) this.#flush();
    if (bytes.length > STAGING_BYTES) {
      writeAt(this.#fd, bytes, this.#written);
      this.#written += bytes.length;
    } else {
      this.#staging.set(bytes, this.#staged);
      this.#staged += bytes.length;
    }
  }

  /** Takes back everything from an offset on. */
  cut(offset: number): void {
    this.#flush();
    ftruncateSync(this.#fd, offset);
    this.#written = offset;
  }

  #flush(): void {
    writeAt(this.#fd, this.#staging.subarray(0, this.#staged), this.#written);
    this.#written += this.#staged;
    this.#staged = 0;
  }

  /**
   * Completes the file, still under its temporary name, and gives the checksum that ends it. The
   * checksum covers the count of objects, which stands at the beginning and is known only now:
   * so the file is read once more, while the disk takes what was written.
   */
  async finish(algorithm: HashAlgorithm, durability: Durability): Promise<Buffer> {
    this.#flush();
    const fd = this.#fd;
    const count = Buffer.alloc(PACK_HEADER_BYTES - COUNT_OFFSET);
    count.writeUInt32BE(this.entries.length);
    writeAt(fd, count, COUNT_OFFSET);
    const isFull = durability === 'full';
    const [checksum] = await Promise.all([hashFile(algorithm, fd), isFull ? syncFile(fd) : null]);
    writeAt(fd, checksum, this.#written);
    this.#written += checksum.length;
    if (isFull) await syncFile(fd);
    this.#close();
    return checksum;
  }

  /** Removes what was written, unless it has been renamed. */
  discard(): void {
    this.#close();
    removeFile(this.path);
  }

  #close(): void {
    if (this.#isOpen) closeSync(this.#fd);
    this.#isOpen = false;
  }
}

async function hashFile(algorithm: HashAlgorithm, fd: number): Promise<Buffer> {
  const options = { fd, start: 0, autoClose: false, highWaterMark: STAGING_BYTES };
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream('', options)) hash.update(chunk as Buffer);
  return hash.digest();
}
