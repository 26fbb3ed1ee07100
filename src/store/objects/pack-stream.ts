import { Writable, type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflate } from 'node:zlib';
import type { HashAlgorithm } from '../../core/types.js';
import { DEFLATE_LEVEL } from './compression.js';
import { startObjectHash } from './object-format.js';
import { encodeEntryHeader } from './pack-entry.js';
import type { PackEntry } from './pack-index-encode.js';
import type { PackWriter } from './pack-writer.js';

const DEFLATE_CHUNK_BYTES = 256 * 1024;

/**
 * Writes a blob into a pack while hashing and compressing it. The entry is not recorded yet.
 * @returns null when the stream fails or does not hold exactly `size` bytes; the pack is then as
 * it was before
 */
export async function writeBlobStream(
  writer: PackWriter,
  algorithm: HashAlgorithm,
  size: number,
  stream: Readable,
): Promise<PackEntry | null> {
  const offset = writer.length;
  const hash = startObjectHash(algorithm, 'blob', size);
  let left = size;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length;
      hash.update(chunk);
      if (left < 0) done(new Error('the stream holds more than was said'));
      else done(null, chunk);
    },
  });
  const sink = new PackSink(writer);
  sink.take(encodeEntryHeader('blob', size));
  const deflate = createDeflate({ level: DEFLATE_LEVEL, chunkSize: DEFLATE_CHUNK_BYTES });
  const isRead = await pipeline(stream, meter, deflate, sink).then(
    () => left === 0,
    () => false,
  );
  if (sink.failure !== null) throw sink.failure.error;
  if (isRead) return { oid: hash.digest('hex'), offset, crc: sink.crc };
  writer.cut(offset);
  return null;
}

/** Tells a failure to write from a failure to read, which `pipeline` does not. */
class PackSink extends Writable {
  crc = 0;
  failure: { error: unknown } | null = null;
  readonly #writer: PackWriter;

  constructor(writer: PackWriter) {
    super();
    this.#writer = writer;
  }

  take(bytes: Buffer): void {
    this.crc = crc32(bytes, this.crc);
    this.#writer.write(bytes);
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    try {
      this.take(chunk);
      done();
    } catch (error) {
      this.failure = { error };
      done(error as Error);
    }
  }
}
