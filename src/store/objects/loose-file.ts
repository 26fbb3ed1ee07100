import { closeSync } from 'node:fs';
import { LIMITS } from '../../core/limits.js';
import type { GitObject, HashAlgorithm, ObjectId, ObjectType } from '../../core/types.js';
import { damaged } from './damage.js';
import { openRegular, readAt } from './files.js';
import { asDamage, inflateExactly, inflateStart } from './compression.js';
import { hashObject } from './object-format.js';

/** An open loose object whose header has been read. The one who opened it closes `fd`. */
export interface LooseFile {
  fd: number;
  fileSize: number;
  type: ObjectType;
  /** Bytes of the contents. */
  size: number;
  /** Bytes of the header, which the zlib stream holds before the contents. */
  headerSize: number;
}

/** Enough compressed input to hold any header, also behind the tables of a Huffman code. */
const HEADER_INPUT_BYTES = 512;
const HEADER_FORM = /^(blob|tree|commit|tag) (0|[1-9]\d{0,14})\0/;
const HEADER_MAX_BYTES = 32;

/**
 * Opens a loose object and reads its header; null when there is no such file.
 * @throws {PitonError} `OBJECT_DAMAGED` when it has no proper header.
 */
export function openLoose(path: string): LooseFile | null {
  const file = openRegular(path);
  if (file === null) return null;
  try {
    const input = Buffer.alloc(Math.min(file.size, HEADER_INPUT_BYTES));
    readAt(file.fd, input, 0);
    const start = inflateStart(input).toString('latin1', 0, HEADER_MAX_BYTES);
    const header = HEADER_FORM.exec(start);
    if (header === null) throw damaged('a loose object has no header');
    const type = header[1] as ObjectType;
    const headerSize = header[0].length;
    return { fd: file.fd, fileSize: file.size, type, size: Number(header[2]), headerSize };
  } catch (error) {
    closeSync(file.fd);
    throw asDamage(error);
  }
}

/**
 * Reads a loose object and checks that it is the one asked for; null when there is no such file.
 * @throws {PitonError} `OBJECT_DAMAGED` when it is not whole.
 */
export function readLoose(path: string, algorithm: HashAlgorithm, oid: ObjectId): GitObject | null {
  const file = openLoose(path);
  if (file === null) return null;
  try {
    return readWhole(file, algorithm, oid);
  } catch (error) {
    throw asDamage(error);
  } finally {
    closeSync(file.fd);
  }
}

function readWhole(file: LooseFile, algorithm: HashAlgorithm, oid: ObjectId): GitObject {
  const { fileSize, headerSize, size, type } = file;
  if (Math.max(size, fileSize) > LIMITS.wholeObjectBytes) throw damaged('it is too large to read');
  const buffer = Buffer.allocUnsafe(fileSize);
  const input = buffer.subarray(0, readAt(file.fd, buffer, 0));
  const { data, consumed } = inflateExactly(input, headerSize + size);
  if (consumed !== fileSize) throw damaged('its file has something after the object');
  const contents = data.subarray(headerSize);
  if (hashObject(algorithm, type, contents) !== oid)
    throw damaged('its contents are another object');
  return { type, data: contents };
}
