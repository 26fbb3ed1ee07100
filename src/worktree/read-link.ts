import { closeSync, constants, lstatSync, openSync, readlinkSync, type BigIntStats } from 'node:fs';
import {
  asBytePath,
  bytesOf,
  fsPath,
  joinPath,
  nameOf,
  parentOf,
  type BytePath,
} from '../core/byte-path.js';
import { systemErrorCode } from '../core/errors.js';
import { kernelPathOf } from './stable-read.js';

export interface LinkContents {
  target: Buffer;
  stat: BigIntStats;
}

const FOLDER_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_DIRECTORY;
const NOT_A_LINK_NOW = new Set(['ENOENT', 'ENOTDIR', 'EINVAL', 'ELOOP']);

function readLinkIn(folder: BytePath, name: BytePath): LinkContents {
  const path = fsPath(joinPath(folder, name));
  const target = readlinkSync(path, { encoding: 'buffer' });
  return { target, stat: lstatSync(path, { bigint: true }) };
}

/**
 * What a symbolic link says, read through its open folder where the kernel allows that, so that a
 * folder swapped for a link meanwhile leads nowhere. Null when there is no link any more.
 */
export function readLinkInPlace(absolute: BytePath): LinkContents | null {
  const folder = parentOf(absolute);
  let fd: number | undefined;
  try {
    fd = openSync(bytesOf(folder), FOLDER_FLAGS);
    const kernelPath = kernelPathOf(fd);
    if (kernelPath === null) return readLinkIn(folder, nameOf(absolute));
    if (!kernelPath.equals(bytesOf(folder))) return null;
    return readLinkIn(asBytePath(`/proc/self/fd/${fd}`), nameOf(absolute));
  } catch (error) {
    if (NOT_A_LINK_NOW.has(systemErrorCode(error) ?? '')) return null;
    throw error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
