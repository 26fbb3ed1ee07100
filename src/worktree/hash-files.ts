import { setImmediate } from 'node:timers/promises';
import { joinPath, type BytePath } from '../core/byte-path.js';
import {
  MODE,
  type HashAlgorithm,
  type ObjectId,
  type OperationOptions,
  type Progress,
} from '../core/types.js';
import type { ObjectBatch } from '../store/object-store.js';
import {
  hashLargeFile,
  hashSmallFile,
  STREAMED_FROM_BYTES,
  type HashOutcome,
} from './hash-file.js';
import { readLinkInPlace } from './read-link.js';
import { statRecord } from './stat-record.js';
import type { FoundFile } from './found.js';

export interface HashContext extends OperationOptions {
  /** The worktree's root, absolute. */
  root: BytePath;
  batch: ObjectBatch;
  algorithm: HashAlgorithm;
  /** Files with more bytes are not captured; Infinity for no limit. */
  maxFileBytes: number;
}

/**
 * Hashes small files in bulk, elsewhere than on this thread; gives those that it leaves to its
 * caller. See `hash-pool.ts`.
 */
export type BulkHasher = (
  files: readonly FoundFile[],
  context: HashContext,
  report: (file: FoundFile, outcome: HashOutcome) => void,
) => Promise<readonly FoundFile[]>;

function hashLink(absolute: BytePath, batch: ObjectBatch): HashOutcome {
  const link = readLinkInPlace(absolute);
  if (link === null) return { kind: 'replaced' };
  const oid = batch.add('blob', link.target);
  return { kind: 'hashed', oid, mode: MODE.link, record: statRecord(link.stat), stable: true };
}

/** Hashes one file or link, its contents going into the batch unless they are known. */
export async function hashOne(file: FoundFile, context: HashContext): Promise<HashOutcome> {
  const { batch, maxFileBytes } = context;
  const absolute = joinPath(context.root, file.path);
  if (file.mode === MODE.link) return hashLink(absolute, batch);
  if (file.size < STREAMED_FROM_BYTES) {
    const addBlob = (data: Buffer): ObjectId => batch.add('blob', data);
    const outcome = hashSmallFile(absolute, addBlob, Math.min(maxFileBytes, STREAMED_FROM_BYTES));
    // It may have grown since it was seen.
    if (outcome.kind !== 'too_large') return outcome;
  }
  return hashLargeFile(absolute, batch, context.algorithm, maxFileBytes);
}

/** With less to do, starting threads takes longer than the work itself. */
const BULK_FROM_FILES = 5_000;
const BULK_FROM_BYTES = 32 * 1024 * 1024;
const FILES_BETWEEN_PAUSES = 200;

function isWorthThreads(files: readonly FoundFile[]): boolean {
  if (files.length >= BULK_FROM_FILES) return true;
  let bytes = 0;
  for (const file of files) bytes += file.size;
  return bytes >= BULK_FROM_BYTES && files.length > 1;
}

/** Hashes files in any order and reports each one's outcome. */
export async function hashFiles(
  files: readonly FoundFile[],
  context: HashContext,
  bulk: BulkHasher | null,
  report: (file: FoundFile, outcome: HashOutcome) => void,
): Promise<void> {
  let done = 0;
  const count = (file: FoundFile, outcome: HashOutcome): void => {
    report(file, outcome);
    done++;
    if (done % FILES_BETWEEN_PAUSES === 0) context.onProgress?.(progressOf(done, files.length));
  };
  const isBulk = (file: FoundFile): boolean =>
    file.mode !== MODE.link && file.size < STREAMED_FROM_BYTES;
  const bulkFiles = bulk === null ? [] : files.filter(isBulk);
  const isBulked = bulk !== null && isWorthThreads(bulkFiles);
  const left = isBulked ? await bulk(bulkFiles, context, count) : [];
  const others = isBulked ? files.filter((file) => !isBulk(file)) : files;
  for (const file of [...left, ...others]) {
    context.signal?.throwIfAborted();
    count(file, await hashOne(file, context));
    if (done % FILES_BETWEEN_PAUSES === 0) await setImmediate();
  }
}

function progressOf(done: number, total: number): Progress {
  return { phase: 'hashing', done, total };
}
