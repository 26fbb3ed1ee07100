import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createInflate } from 'node:zlib';
import type { HashAlgorithm, ObjectId, ObjectType } from '../../core/types.js';
import { damaged, isDamage, objectDamage } from './damage.js';
import { asDamage } from './compression.js';
import { startObjectHash } from './object-format.js';

/** A zlib stream in an open file, and what must come out of it. */
export interface StoredStream {
  /** Closed with the stream. */
  fd: number;
  /** Where in the file the zlib stream begins, and the last byte that can belong to it. */
  start: number;
  end: number;
  /** Bytes to drop before the contents. */
  skip: number;
  oid: ObjectId;
  type: ObjectType;
  size: number;
}

const READ_CHUNK_BYTES = 256 * 1024;

/**
 * The contents, checked on the way: their length and hash are known at the end, where the stream
 * fails with `OBJECT_DAMAGED` instead of ending when they are not as they must be.
 */
export function verifiedStream(algorithm: HashAlgorithm, stored: StoredStream): Readable {
  const { fd, start, end } = stored;
  const source = createReadStream('', { fd, start, end, highWaterMark: READ_CHUNK_BYTES });
  const stream = Readable.from(verify(source, algorithm, stored), { objectMode: false });
  // A reader that gives up before its first read never enters the generator.
  stream.once('close', () => source.destroy());
  return stream;
}

async function* verify(
  source: Readable,
  algorithm: HashAlgorithm,
  stored: StoredStream,
): AsyncGenerator<Buffer> {
  const { oid, type, size } = stored;
  const hash = startObjectHash(algorithm, type, size);
  const inflate = createInflate({ chunkSize: READ_CHUNK_BYTES });
  source.once('error', (error) => inflate.destroy(error));
  let toSkip = stored.skip;
  let left = size;
  try {
    for await (const chunk of source.pipe(inflate) as AsyncIterable<Buffer>) {
      const contents = chunk.subarray(Math.min(toSkip, chunk.length));
      toSkip -= chunk.length - contents.length;
      left -= contents.length;
      if (left < 0) break;
      hash.update(contents);
      yield contents;
    }
  } catch (error) {
    const damage = asDamage(error);
    throw isDamage(damage) ? objectDamage(oid, damage) : damage;
  } finally {
    source.destroy();
    inflate.destroy();
  }
  if (hash.digest('hex') !== oid)
    throw objectDamage(oid, damaged('its contents are another object'));
}
