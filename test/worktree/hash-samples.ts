import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  asBytePath,
  bytePathFromText,
  bytesOf,
  fsPath,
  joinPath,
  nameOf,
  type BytePath,
} from '../../src/core/byte-path.js';
import { MODE } from '../../src/core/types.js';
import type { ObjectBatch } from '../../src/store/object-store.js';
import type { HashOutcome } from '../../src/worktree/hash-file.js';
import { hashOne, type BulkHasher, type HashContext } from '../../src/worktree/hash-files.js';
import type { FoundFile } from '../../src/worktree/found.js';

/** A file as a walk would have found it, whether or not it is there. */
export function foundFile(root: string, path: BytePath): FoundFile {
  const absolute = fsPath(joinPath(bytePathFromText(root), path));
  const size = lstatSync(absolute, { throwIfNoEntry: false })?.size ?? 0;
  return { path, name: nameOf(path), mode: MODE.file, size, record: 0, oid: null, isKnown: false };
}

/** Writes files, given by paths in latin1, and gives them as a walk would. */
export function writeFiles(root: string, files: Record<string, string | Buffer>): FoundFile[] {
  return Object.entries(files).map(([name, data]) => {
    const path = asBytePath(name);
    const absolute = joinPath(bytePathFromText(root), path);
    mkdirSync(bytesOf(asBytePath(dirname(absolute))), { recursive: true });
    writeFileSync(bytesOf(absolute), data);
    return foundFile(root, path);
  });
}

export function contextFor(
  root: string,
  batch: ObjectBatch,
  more: Partial<HashContext> = {},
): HashContext {
  const base = { root: bytePathFromText(root), batch, algorithm: 'sha1' as const };
  return { ...base, maxFileBytes: Infinity, signal: undefined, onProgress: undefined, ...more };
}

export type Outcomes = Record<string, unknown>;

function plain(outcome: HashOutcome): unknown {
  return outcome.kind === 'hashed'
    ? { ...outcome, record: Buffer.from(outcome.record).toString('hex') }
    : outcome;
}

/** The outcomes of a bulk by path, and of what it left; each file must be reported once. */
export async function bulkOutcomes(
  bulk: BulkHasher,
  files: readonly FoundFile[],
  context: HashContext,
): Promise<Outcomes> {
  const outcomes: Outcomes = {};
  const report = (file: FoundFile, outcome: HashOutcome): void => {
    if (file.path in outcomes) throw new Error(`${file.path} was reported twice`);
    outcomes[file.path] = plain(outcome);
  };
  for (const file of await bulk(files, context, report)) report(file, await hashOne(file, context));
  return outcomes;
}

/** The outcomes of hashing one file after the other on this thread. */
export async function singleOutcomes(
  files: readonly FoundFile[],
  context: HashContext,
): Promise<Outcomes> {
  const outcomes: Outcomes = {};
  for (const file of files) outcomes[file.path] = plain(await hashOne(file, context));
  return outcomes;
}

export function manyFiles(count: number): Record<string, string> {
  const numbers = Array.from({ length: count }, (_, number) => number);
  return Object.fromEntries(numbers.map((n) => [`f${n}`, `${n}\n`.repeat(1 + (n % 50))]));
}

/** A batch of a repository with some methods replaced. */
export function batchWith(batch: ObjectBatch, replaced: Partial<ObjectBatch>): ObjectBatch {
  return {
    has: (oid) => batch.has(oid),
    add: (type, data) => batch.add(type, data),
    addDeflated: (object) => batch.addDeflated(object),
    addStream: (size, stream) => batch.addStream(size, stream),
    publish: () => batch.publish(),
    discard: () => batch.discard(),
    ...replaced,
  };
}

export function oidsOf(outcomes: Outcomes): string[] {
  return Object.values(outcomes).map((outcome) => (outcome as { oid: string }).oid);
}

/** Replaces how messages are sent to threads, for as long as `work` lasts. */
export async function withPostMessage<T>(
  replacement: (this: Worker, value: unknown, original: () => void) => void,
  work: () => Promise<T>,
): Promise<T> {
  const original = Object.getOwnPropertyDescriptor(Worker.prototype, 'postMessage')!;
  Worker.prototype.postMessage = function (this: Worker, value: unknown): void {
    replacement.call(this, value, () =>
      (original.value as Worker['postMessage']).call(this, value),
    );
  };
  try {
    return await work();
  } finally {
    Object.defineProperty(Worker.prototype, 'postMessage', original);
  }
}
