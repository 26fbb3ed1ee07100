import type { ObjectType } from '../../core/types.js';
import { damaged } from './damage.js';

/** Type with size, and a base's offset, take at most 10 bytes each; a base's id takes 32. */
export const ENTRY_HEADER_MAX_BYTES = 64;

const CODE_BY_TYPE: Record<ObjectType, number> = { commit: 1, tree: 2, blob: 3, tag: 4 };
const TYPE_BY_CODE = new Map(
  (Object.keys(CODE_BY_TYPE) as ObjectType[]).map((type) => [CODE_BY_TYPE[type], type]),
);
const OFS_DELTA = 6;
const REF_DELTA = 7;

interface Placed {
  /** Where in the pack it begins. */
  offset: number;
  /** Bytes after inflating: of the contents, or of the delta. */
  size: number;
  /** Where its zlib stream begins. */
  dataOffset: number;
}

/** What begins at an offset of a pack; a delta's `base` is an offset in the pack, or an id. */
export type PackedEntry = Placed &
  ({ type: ObjectType; base: null } | { type: null; base: number | Buffer });

/** Reads bytes of an entry's header; running out of them is damage. */
class HeaderCursor {
  at = 0;
  readonly #header: Buffer;

  constructor(header: Buffer) {
    this.#header = header;
  }

  byte(): number {
    const value = this.#header[this.at++];
    if (value === undefined) throw damaged('a pack is cut short');
    return value;
  }

  bytes(count: number): Buffer {
    this.at += count;
    if (this.at > this.#header.length) throw damaged('a pack is cut short');
    return this.#header.subarray(this.at - count, this.at);
  }
}

/**
 * Reads the header of an entry (gitformat-pack, "object entry").
 * @param header the bytes at `offset`, `ENTRY_HEADER_MAX_BYTES` of them unless the pack ends first
 * @param idWidth bytes of an object id
 */
export function parseEntry(header: Buffer, offset: number, idWidth: number): PackedEntry {
  const cursor = new HeaderCursor(header);
  let byte = cursor.byte();
  const code = (byte >> 4) & 7;
  let size = byte & 15;
  for (let unit = 16; (byte & 0x80) !== 0; unit *= 128) {
    byte = cursor.byte();
    size += (byte & 0x7f) * unit;
  }
  if (!Number.isSafeInteger(size)) throw damaged('a pack holds an object of impossible size');
  const type = TYPE_BY_CODE.get(code);
  if (type !== undefined) return { type, base: null, size, offset, dataOffset: offset + cursor.at };
  const base = readBase(cursor, code, offset, idWidth);
  return { type: null, base, size, offset, dataOffset: offset + cursor.at };
}

function readBase(
  cursor: HeaderCursor,
  code: number,
  offset: number,
  idWidth: number,
): number | Buffer {
  if (code === REF_DELTA) return cursor.bytes(idWidth);
  if (code !== OFS_DELTA) throw damaged(`a pack holds an object of unknown type ${code}`);
  let byte = cursor.byte();
  let distance = byte & 0x7f;
  while ((byte & 0x80) !== 0) {
    byte = cursor.byte();
    distance = (distance + 1) * 128 + (byte & 0x7f);
  }
  if (distance === 0 || distance > offset) throw damaged('a delta is for nothing in its pack');
  return offset - distance;
}

/** The header of an entry that is no delta. */
export function encodeEntryHeader(type: ObjectType, size: number): Buffer {
  const bytes: number[] = [];
  let head = (CODE_BY_TYPE[type] << 4) | (size & 15);
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(head | 0x80);
    head = rest % 128;
  }
  bytes.push(head);
  return Buffer.from(bytes);
}
