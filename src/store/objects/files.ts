import {
  closeSync,
  constants,
  fstatSync,
  fsync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { PitonError, systemErrorCode } from '../../core/errors.js';
import { damaged } from './damage.js';

export interface OpenFile {
  fd: number;
  /** Bytes, when it was opened. */
  size: number;
}

const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Opens a file of the repository for reading, or gives null when it is not there. Links and FIFOs
 * are not what git puts there, and following or waiting for one could be an attack.
 * @throws {PitonError} `OBJECT_DAMAGED` when it is anything but a regular file.
 */
export function openRegular(path: string): OpenFile | null {
  let fd: number;
  try {
    fd = openSync(path, READ_FLAGS);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    if (code === 'ELOOP' || code === 'ENXIO') throw notRegular(path, error);
    throw error;
  }
  const stat = fstatSync(fd);
  if (stat.isFile()) return { fd, size: stat.size };
  closeSync(fd);
  throw notRegular(path);
}

function notRegular(path: string, cause?: unknown): PitonError {
  return damaged(`${path} is not a regular file`, { file: path }, cause);
}

/** Fills `buffer` from `position` on; gives the bytes read, fewer only at the end of the file. */
export function readAt(fd: number, buffer: Uint8Array, position: number): number {
  let done = 0;
  while (done < buffer.length) {
    const count = readSync(fd, buffer, done, buffer.length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

/** Permissions of all files here: git never writes to an object again. */
const OBJECT_FILE_MODE = 0o444;
const NEW_FILE = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Opens a file that must not exist yet, for writing and reading. */
export function createFile(path: string): number {
  return openSync(path, NEW_FILE, OBJECT_FILE_MODE);
}

export function writeAt(fd: number, bytes: Uint8Array, position: number): void {
  let done = 0;
  while (done < bytes.length) {
    done += writeSync(fd, bytes, done, bytes.length - done, position + done);
  }
}

/** fsync in the thread pool, so that many of them overlap. */
export const syncFile = promisify(fsync);

/** As `syncFile`, for all of them; none is being synced any more when this ends, or fails. */
export async function syncFiles(fds: readonly number[]): Promise<void> {
  const ends = await Promise.allSettled(fds.map((fd) => syncFile(fd)));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** Makes the names in folders survive a power cut. */
export async function syncFolders(paths: Iterable<string>): Promise<void> {
  const fds: number[] = [];
  try {
    for (const path of paths) fds.push(openSync(path, constants.O_RDONLY | constants.O_DIRECTORY));
    await syncFiles(fds);
  } finally {
    for (const fd of fds) closeSync(fd);
  }
}

/**
 * Makes sure that a folder of the object database is there, and says whether it was made just now.
 * @throws {PitonError} `UNSAFE_PATH` when a link or a file stands in its place: writing through a
 * link would leave the repository.
 */
export function ensureFolder(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
  }
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== false) return false;
  throw new PitonError('UNSAFE_PATH', `${path} is not a folder`, {
    hint: 'remove it: git keeps objects in a folder of that name',
    details: { path },
  });
}
