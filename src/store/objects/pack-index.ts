import { closeSync } from 'node:fs';
import type { HashAlgorithm } from '../../core/types.js';
import { LIMITS } from '../../core/limits.js';
import { damaged } from './damage.js';
import { openRegular, readAt } from './files.js';
import { idBytes } from './object-format.js';

const MAGIC = 0xff744f63;
const FAN_OUT_BYTES = 256 * 4;

/** Where the parts of an index are, in bytes (gitformat-pack, versions 1 and 2). */
interface Layout {
  names: number;
  nameStride: number;
  offsets: number;
  offsetStride: number;
  /** The 64-bit offsets; empty in version 1. */
  large: number;
  largeCount: number;
}

/**
 * The index of a pack, wholly in shared memory, so that worker threads look things up without
 * reading it again.
 */
export class PackIndex {
  readonly shared: SharedArrayBuffer;
  readonly count: number;
  readonly #bytes: Buffer;
  readonly #fanOut = new Uint32Array(256);
  readonly #width: number;
  readonly #layout: Layout;

  /**
   * @param name what to call it in errors
   * @throws {PitonError} `OBJECT_DAMAGED` when its parts do not fit together.
   */
  constructor(shared: SharedArrayBuffer, algorithm: HashAlgorithm, name: string) {
    this.shared = shared;
    this.#bytes = Buffer.from(shared);
    this.#width = idBytes(algorithm);
    const isVersion2 = this.#isVersion2(name);
    const fanOut = isVersion2 ? 8 : 0;
    if (this.#bytes.length < fanOut + FAN_OUT_BYTES) throw notWhole(name);
    let before = 0;
    for (let first = 0; first < 256; first++) {
      const count = this.#bytes.readUInt32BE(fanOut + first * 4);
      if (count < before) throw notWhole(name);
      this.#fanOut[first] = count;
      before = count;
    }
    this.count = before;
    this.#layout = isVersion2 ? this.#layout2(name) : this.#layout1(name);
  }

  #isVersion2(name: string): boolean {
    if (this.#bytes.length < 8 || this.#bytes.readUInt32BE(0) !== MAGIC) return false;
    const version = this.#bytes.readUInt32BE(4);
    if (version === 2) return true;
    throw damaged(`${name} is a pack index of unknown version ${version}`, { file: name });
  }

  #layout1(name: string): Layout {
    const stride = 4 + this.#width;
    const end = FAN_OUT_BYTES + this.count * stride;
    if (this.#bytes.length !== end + 2 * this.#width) throw notWhole(name);
    const offsets = FAN_OUT_BYTES;
    const [names, large] = [offsets + 4, end];
    const strides = { nameStride: stride, offsetStride: stride };
    return { names, offsets, large, largeCount: 0, ...strides };
  }

  #layout2(name: string): Layout {
    const names = 8 + FAN_OUT_BYTES;
    const offsets = names + this.count * (this.#width + 4);
    const large = offsets + this.count * 4;
    const largeBytes = this.#bytes.length - large - 2 * this.#width;
    if (largeBytes < 0 || largeBytes % 8 !== 0 || largeBytes > this.count * 8) throw notWhole(name);
    const strides = { nameStride: this.#width, offsetStride: 4 };
    return { names, offsets, large, largeCount: largeBytes / 8, ...strides };
  }

  /** The place of a binary id among the sorted ones, or -1. */
  find(id: Uint8Array): number {
    const first = id[0] as number;
    let low = first === 0 ? 0 : (this.#fanOut[first - 1] as number);
    let high = this.#fanOut[first] as number;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = this.#compare(middle, id);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return -1;
  }

  #compare(position: number, id: Uint8Array): number {
    const bytes = this.#bytes;
    const start = this.#layout.names + position * this.#layout.nameStride;
    for (let index = 0; index < this.#width; index++) {
      const difference = (bytes[start + index] as number) - (id[index] as number);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  /**
   * Where in the pack the object at a place begins.
   * @throws {PitonError} `OBJECT_DAMAGED` when it points outside of the table of large offsets.
   */
  offsetAt(position: number): number {
    const { offsets, offsetStride, large, largeCount } = this.#layout;
    const offset = this.#bytes.readUInt32BE(offsets + position * offsetStride);
    if (offset < 0x80000000 || offsetStride !== 4) return offset;
    const place = offset - 0x80000000;
    if (place >= largeCount) throw damaged('a pack index points outside of itself');
    return Number(this.#bytes.readBigUInt64BE(large + place * 8));
  }

  /** CRC-32 of what the pack has for the object at a place; null when the index has none of it. */
  checksumAt(position: number): number | null {
    const { names, nameStride, offsetStride } = this.#layout;
    if (offsetStride !== 4) return null;
    return this.#bytes.readUInt32BE(names + this.count * nameStride + position * 4);
  }

  /** The checksum that ends the pack this index was made for. */
  get packChecksum(): Buffer {
    const end = this.#bytes.length - this.#width;
    return this.#bytes.subarray(end - this.#width, end);
  }
}

function notWhole(name: string): Error {
  return damaged(`${name} is not a whole pack index`, { file: name });
}

/**
 * Reads an index, or gives null when it is not there (any more).
 * @throws {PitonError} `OBJECT_DAMAGED` with `details.file` when it is not whole.
 */
export function readPackIndex(path: string, algorithm: HashAlgorithm): PackIndex | null {
  const file = openRegular(path);
  if (file === null) return null;
  try {
    if (file.size > LIMITS.packIndexBytes) throw damaged(`${path} is too large`, { file: path });
    const shared = new SharedArrayBuffer(file.size);
    if (readAt(file.fd, Buffer.from(shared), 0) !== file.size) throw notWhole(path);
    return new PackIndex(shared, algorithm, path);
  } finally {
    closeSync(file.fd);
  }
}
