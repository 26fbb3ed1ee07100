import { closeSync, constants, openSync } from 'node:fs';
import { asBytePath, bytesOf, type BytePath } from '../core/byte-path.js';
import { kernelPathOf } from './stable-read.js';

const FOLDER_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_DIRECTORY;

/**
 * What `use` makes of the folder at an absolute path, or null when no folder lies at that very
 * path. `use` is given another path to it, by its descriptor where the kernel allows that: a link
 * that meanwhile takes the folder's place, or that of one above it, leads nowhere.
 * @throws the system's errors, `ENOTDIR` or `ELOOP` for a link too.
 */
export function inFolder<T>(folder: BytePath, use: (reached: BytePath) => T): T | null {
  const fd = openSync(bytesOf(folder), FOLDER_FLAGS);
  try {
    const kernelPath = kernelPathOf(fd);
    if (kernelPath === null) return use(folder);
    return kernelPath.equals(bytesOf(folder)) ? use(asBytePath(`/proc/self/fd/${fd}`)) : null;
  } finally {
    closeSync(fd);
  }
}
