import { createHash } from 'node:crypto';
import { closeSync, type BigIntStats } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { BytePath } from '../core/byte-path.js';
import { LIMITS } from '../core/limits.js';
import { MODE, type FileMode, type HashAlgorithm, type ObjectId } from '../core/types.js';
import type { ObjectBatch } from '../store/object-store.js';
import {
  isUnchanged,
  openInPlace,
  readStable,
  streamOf,
  type ReadFailure,
  type OpenFile,
} from './stable-read.js';
import { statRecord } from './stat-record.js';

/** Files from this size on are streamed instead of being held in memory. */
export const STREAMED_FROM_BYTES = 8 * 1024 * 1024;

export interface HashedFile {
  kind: 'hashed';
  oid: ObjectId;
  mode: FileMode;
  /** The state that the contents belong to, as in the stat cache. */
  record: Buffer;
  /** False: the file never held still, and this is what was read last. */
  stable: boolean;
}

export type HashOutcome = HashedFile | { kind: ReadFailure | 'unstable' };

export function modeOfFile(stat: Pick<BigIntStats, 'mode'>): FileMode {
  return (stat.mode & 0o100n) === 0n ? MODE.file : MODE.executable;
}

/** The outcome for contents that were read while the file looked like `stat`. */
export function hashedFile(oid: ObjectId, stat: BigIntStats, stable: boolean): HashedFile {
  return { kind: 'hashed', oid, mode: modeOfFile(stat), record: statRecord(stat), stable };
}

/** Hashes a file that fits in memory and puts its contents into the batch unless they are known. */
export function hashSmallFile(
  absolute: BytePath,
  addBlob: (data: Buffer) => ObjectId,
  maxBytes: number,
): HashOutcome {
  const contents = readStable(absolute, maxBytes);
  if (typeof contents === 'string') return { kind: contents };
  return hashedFile(addBlob(contents.data), contents.stat, contents.stable);
}

async function hashStream(
  file: OpenFile,
  size: number,
  algorithm: HashAlgorithm,
): Promise<ObjectId> {
  const hash = createHash(algorithm).update(`blob ${size}\0`);
  await pipeline(streamOf(file), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) hash.update(chunk);
  });
  return hash.digest('hex');
}

async function streamIntoBatch(
  file: OpenFile,
  batch: ObjectBatch,
  algorithm: HashAlgorithm,
): Promise<ObjectId | null> {
  const size = Number(file.stat.size);
  const oid = await hashStream(file, size, algorithm);
  return batch.has(oid) ? oid : batch.addStream(size, streamOf(file));
}

/** As `hashSmallFile`, for a file of any size: its contents are streamed. */
export async function hashLargeFile(
  absolute: BytePath,
  batch: ObjectBatch,
  algorithm: HashAlgorithm,
  maxBytes: number,
): Promise<HashOutcome> {
  let last: HashedFile | null = null;
  for (let attempt = 1; attempt <= LIMITS.unstableReadAttempts; attempt++) {
    const file = openInPlace(absolute);
    if (typeof file === 'string') return { kind: file };
    try {
      if (file.stat.size > maxBytes) return { kind: 'too_large' };
      if (!file.isTelling && attempt < LIMITS.unstableReadAttempts) continue;
      const oid = await streamIntoBatch(file, batch, algorithm);
      if (oid === null) continue;
      last = hashedFile(oid, file.stat, isUnchanged(file));
      if (last.stable) return last;
    } finally {
      closeSync(file.fd);
    }
  }
  return last ?? { kind: 'unstable' };
}
