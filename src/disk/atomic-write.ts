import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../core/clock.js';
import type { Durability } from '../core/types.js';
import { processExists } from './process-identity.js';
import { removeFile } from './remove-file.js';

export interface WriteOptions {
  /** Permission bits the file ends up with, whatever the umask; without it 0666 minus umask. */
  mode?: number;
  durability: Durability;
}

const EXCLUSIVE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

const TEMP_NAME = /\.tmp-([1-9]\d{0,9})-[0-9a-f]{16}$/;

/** A new name beside `path`, which tells `sweepTemps` the process it belongs to. */
export function tempNameFor(path: string): string {
  const name = `${basename(path)}.tmp-${process.pid}-${randomBytes(8).toString('hex')}`;
  return join(dirname(path), name);
}

/**
 * Replaces `path` in one step: readers see the old contents or the new, never a part. With
 * durability `full` the new ones survive a power cut once this has returned.
 */
export function writeAtomic(path: string, data: string | Uint8Array, options: WriteOptions): void {
  const temp = tempNameFor(path);
  try {
    writeTemp(temp, data, options);
    renameSync(temp, path);
  } catch (error) {
    removeFile(temp);
    throw error;
  }
  if (options.durability === 'full') syncDirectory(dirname(path));
}

function writeTemp(temp: string, data: string | Uint8Array, options: WriteOptions): void {
  const descriptor = openSync(temp, EXCLUSIVE, options.mode ?? 0o666);
  try {
    if (options.mode !== undefined) fchmodSync(descriptor, options.mode);
    writeFully(descriptor, typeof data === 'string' ? Buffer.from(data) : data);
    if (options.durability === 'full') fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Writes all of `data`; one write call may take less than it was given. */
export function writeFully(descriptor: number, data: Uint8Array): void {
  let offset = 0;
  while (offset < data.length) offset += writeSync(descriptor, data, offset);
}

/** Makes the names in a folder survive a power cut. */
export function syncDirectory(path: string | Buffer): void {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The temporary files that dead processes left in a folder, by name. A process of another host or
 * container looks dead from here, so that only files not written to for `olderThanMs` are told: no
 * write of piton lasts that long.
 */
export function staleTemps(directory: string, olderThanMs: number, clock: Clock): string[] {
  const before = clock.now() - olderThanMs;
  return readdirSync(directory).filter((name) => {
    const pid = TEMP_NAME.exec(name)?.[1];
    return pid !== undefined && !processExists(Number(pid)) && isOld(join(directory, name), before);
  });
}

/** Removes `staleTemps`, and gives their names. */
export function sweepTemps(directory: string, olderThanMs: number, clock: Clock): string[] {
  const stale = staleTemps(directory, olderThanMs, clock);
  for (const name of stale) removeFile(join(directory, name));
  return stale;
}

function isOld(path: string, before: number): boolean {
  // Another process may sweep at the same time.
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.mtimeMs <= before;
}
