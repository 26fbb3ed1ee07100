import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { PitonError, systemErrorCode } from '../core/errors.js';

export interface ReadOptions {
  /** Follow a symbolic link at the end of the path; for the user's own files only. */
  followLink?: boolean;
}

const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

// ELOOP: a link where none is followed. ENXIO: a socket, or a device that nothing drives.
const NOT_A_FILE = new Set(['ELOOP', 'ENXIO']);

/**
 * The contents of a regular file of at most `maxBytes` bytes; null when there is no such file.
 * Never waits, whatever lies at the path.
 * @throws {PitonError} `STATE_DAMAGED` with `details.path` for a link, a folder, a FIFO, a device
 * or a file that is larger; system errors otherwise.
 */
export function readBounded(
  path: string | Buffer,
  maxBytes: number,
  options: ReadOptions = {},
): Buffer | null {
  return readOpened(path, options, (descriptor, size) => {
    if (size > maxBytes) throw damaged(path, `is larger than ${maxBytes} bytes`);
    const contents = readToEnd(descriptor, size, maxBytes);
    if (contents === null) throw damaged(path, `is larger than ${maxBytes} bytes`);
    return contents;
  });
}

/**
 * The first `bytes` bytes of a regular file of any size, or fewer when it has no more; null when
 * there is no such file. Never waits, whatever lies at the path.
 * @throws {PitonError} as `readBounded`, but for the size.
 */
export function readStart(path: string | Buffer, bytes: number): Buffer | null {
  return readOpened(path, {}, (descriptor) => {
    const buffer = Buffer.allocUnsafe(bytes);
    return buffer.subarray(0, readSync(descriptor, buffer, 0, bytes, 0));
  });
}

function readOpened(
  path: string | Buffer,
  { followLink = false }: ReadOptions,
  read: (descriptor: number, size: number) => Buffer,
): Buffer | null {
  const descriptor = openForReading(path, followLink);
  if (descriptor === null) return null;
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw damaged(path, 'is not a regular file');
    return read(descriptor, stat.size);
  } finally {
    closeSync(descriptor);
  }
}

function openForReading(path: string | Buffer, followLink: boolean): number | null {
  try {
    return openSync(path, followLink ? FLAGS : FLAGS | constants.O_NOFOLLOW);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    if (code !== undefined && NOT_A_FILE.has(code)) throw damaged(path, 'is not a regular file');
    throw error;
  }
}

/** The size that fstat told is a guess: the file may grow or shrink while it is being read. */
function readToEnd(descriptor: number, expected: number, maxBytes: number): Buffer | null {
  let buffer = Buffer.allocUnsafe(expected + 1);
  let length = 0;
  for (;;) {
    const read = readSync(descriptor, buffer, length, buffer.length - length, null);
    if (read === 0) return buffer.subarray(0, length);
    length += read;
    if (length > maxBytes) return null;
    if (length === buffer.length) {
      const larger = Buffer.allocUnsafe(Math.min(length * 2 + 4096, maxBytes + 1));
      buffer.copy(larger, 0, 0, length);
      buffer = larger;
    }
  }
}

function damaged(path: string | Buffer, problem: string): PitonError {
  return new PitonError('STATE_DAMAGED', `${path.toString()} ${problem}`, {
    hint: 'look at what lies there; move it aside if it is not yours, then try again',
    details: { path: path.toString() },
  });
}
