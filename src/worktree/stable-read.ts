import {
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  openSync,
  read,
  readlinkSync,
  readSync,
  type BigIntStats,
} from 'node:fs';
import type { Readable } from 'node:stream';
import { bytesOf, type BytePath } from '../core/byte-path.js';
import { systemErrorCode } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';

/** A file opened for reading, known to lie where its path says. */
export interface OpenFile {
  fd: number;
  stat: BigIntStats;
  /** Whether a change from now on would show in its times: see `TICK_MS`. */
  isTelling: boolean;
}

export type OpenFailure = 'vanished' | 'replaced' | 'unreadable';
export type ReadFailure = OpenFailure | 'too_large';

const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const FAILURE_BY_CODE: Partial<Record<string, OpenFailure>> = {
  ENOENT: 'vanished',
  ENOTDIR: 'replaced',
  ELOOP: 'replaced',
  ENXIO: 'replaced',
  EACCES: 'unreadable',
  EPERM: 'unreadable',
  EIO: 'unreadable',
  ENAMETOOLONG: 'unreadable',
};

/**
 * The clock of a file system may stand still for this long (a tick of a kernel at 100 Hz, twice),
 * so two changes within it leave the same times behind. A file whose times are older than that
 * cannot change any more without its times telling.
 */
const TICK_MS = 20;
const NEVER = new Int32Array(new SharedArrayBuffer(4));

function ageOf(stat: BigIntStats): number {
  return Date.now() - Number(stat.ctimeMs);
}

/** Waits until the file's times are a tick old, and says whether they are: it may be busy. */
function settle(fd: number, stat: BigIntStats): { stat: BigIntStats; isTelling: boolean } {
  const age = ageOf(stat);
  // Times that are ahead of the clock are as good as old ones: now would be another time.
  if (Math.abs(age) >= TICK_MS) return { stat, isTelling: true };
  Atomics.wait(NEVER, 0, 0, TICK_MS - age);
  const now = fstatSync(fd, { bigint: true });
  return { stat: now, isTelling: isSameState(stat, now) };
}

/** Where an open file lies by the kernel's own account, or null where that cannot be asked. */
export function kernelPathOf(fd: number): Buffer | null {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`, { encoding: 'buffer' });
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Opens a regular file for reading without following a link, neither as its last component nor,
 * where the kernel tells an open file's path, on the way to it: a folder swapped for a link while
 * the scan runs must not bring in a file from outside the workspace.
 */
export function openInPlace(absolute: BytePath): OpenFile | OpenFailure {
  let fd: number;
  try {
    fd = openSync(bytesOf(absolute), FLAGS);
  } catch (error) {
    const failure = FAILURE_BY_CODE[systemErrorCode(error) ?? ''];
    if (failure === undefined) throw error;
    return failure;
  }
  const stat = fstatSync(fd, { bigint: true });
  const found = kernelPathOf(fd);
  if (stat.isFile() && (found === null || found.equals(bytesOf(absolute)))) {
    return { fd, ...settle(fd, stat) };
  }
  closeSync(fd);
  return 'replaced';
}

function isSameState(before: BigIntStats, after: BigIntStats): boolean {
  return (
    before.size === after.size &&
    before.mtimeNs === after.mtimeNs &&
    before.ctimeNs === after.ctimeNs
  );
}

/** To the end of the file, or null when that comes after more than `maxBytes`. */
function readAll(fd: number, expected: number, maxBytes: number): Buffer | null {
  let buffer = Buffer.allocUnsafe(expected + 1);
  let length = 0;
  for (;;) {
    if (length > maxBytes) return null;
    if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.alloc(length)]);
    const count = readSync(fd, buffer, length, buffer.length - length, null);
    if (count === 0) return buffer.subarray(0, length);
    length += count;
  }
}

export interface StableContents {
  data: Buffer;
  /** The state of the file that the contents belong to. */
  stat: BigIntStats;
  /** False when the file kept changing and `data` is only what was read last. */
  stable: boolean;
}

/**
 * The whole contents of a file that fits in memory, read again as long as it changes while it is
 * being read.
 */
export function readStable(absolute: BytePath, maxBytes: number): StableContents | ReadFailure {
  for (let attempt = 1; ; attempt++) {
    const file = openInPlace(absolute);
    if (typeof file === 'string') return file;
    const isLast = attempt === LIMITS.unstableReadAttempts;
    try {
      if (file.stat.size > maxBytes) return 'too_large';
      if (!file.isTelling && !isLast) continue;
      const data = readAll(file.fd, Number(file.stat.size), maxBytes);
      if (data === null) return 'too_large';
      const whole = isUnchanged(file) && BigInt(data.length) === file.stat.size;
      if (whole || isLast) return { data, stat: file.stat, stable: whole };
    } finally {
      closeSync(file.fd);
    }
  }
}

/** A stream over an open file from its beginning; whatever becomes of it, the file stays open. */
export function streamOf(file: OpenFile): Readable {
  return createReadStream('', {
    fd: file.fd,
    start: 0,
    end: Math.max(0, Number(file.stat.size) - 1),
    autoClose: false,
    highWaterMark: 1024 * 1024,
    // Destroying a stream closes its file, with `autoClose` or without.
    fs: { read, close: (_fd: number, done: (error: null) => void) => done(null) },
  });
}

/** Whether the file has certainly not changed since it was opened. */
export function isUnchanged(file: OpenFile): boolean {
  return file.isTelling && isSameState(file.stat, fstatSync(file.fd, { bigint: true }));
}
