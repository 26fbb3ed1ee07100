import type { DeflatedObject } from '../object-store.js';
import { objectHeader } from './object-format.js';

const ADLER_MODULUS = 65_521;
const CHECKSUM_BYTES = 4;
const ZLIB_HEADER_BYTES = 2;

function adler32(bytes: Buffer): number {
  let low = 1;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) % ADLER_MODULUS;
    high = (high + low) % ADLER_MODULUS;
  }
  return high * 0x10000 + low;
}

/** The Adler-32 of two pieces one after the other (RFC 1950 §9), `size` being the second's. */
function combineAdler32(first: number, second: number, size: number): number {
  const firstLow = first & 0xffff;
  const low = (firstLow + (second & 0xffff) + ADLER_MODULUS - 1) % ADLER_MODULUS;
  const carried = (size % ADLER_MODULUS) * (firstLow + ADLER_MODULUS - 1);
  const high = ((first >>> 16) + (second >>> 16) + carried) % ADLER_MODULUS;
  return high * 0x10000 + low;
}

/**
 * The file of a loose object, made from its contents as they are compressed for a pack: the header
 * goes in front as a stored block (RFC 1951 §3.2.4), and the compressed blocks stay as they are.
 * So an object need not be compressed again when it turns out not to go into a pack.
 */
export function encodeLoose(object: DeflatedObject): Buffer {
  const { deflated } = object;
  const header = Buffer.from(objectHeader(object.type, object.size), 'latin1');
  const blocks = Buffer.from(deflated.buffer, deflated.byteOffset, deflated.length);
  const end = blocks.length - CHECKSUM_BYTES;
  const start = Buffer.from([0x78, 0x01, 0, 0, 0, 0, 0]);
  start.writeUInt16LE(header.length, 3);
  start.writeUInt16LE(0xffff - header.length, 5);
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32BE(combineAdler32(adler32(header), blocks.readUInt32BE(end), object.size));
  return Buffer.concat([start, header, blocks.subarray(ZLIB_HEADER_BYTES, end), checksum]);
}
