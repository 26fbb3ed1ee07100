import { closeSync, constants, linkSync, openSync } from 'node:fs';
import { systemErrorCode } from '../core/errors.js';
import { tempNameFor, writeFully } from './atomic-write.js';
import { removeFile } from './remove-file.js';

const EXCLUSIVE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

// What file systems without hard links answer (FAT, some network and user-space ones).
const NO_HARD_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * Makes a file that must not exist yet; false when it does. Where there are hard links, nobody ever
 * sees it without its contents. `link` is `linkSync`, unless a test is to do without.
 */
export function createExclusive(path: string, contents: string, link = linkSync): boolean {
  const temp = tempNameFor(path);
  try {
    writeNew(temp, contents);
    return succeeded(() => {
      link(temp, path);
    });
  } catch (error) {
    if (!NO_HARD_LINKS.has(systemErrorCode(error) ?? '')) throw error;
    return succeeded(() => {
      writeNew(path, contents);
    });
  } finally {
    removeFile(temp);
  }
}

function succeeded(create: () => void): boolean {
  try {
    create();
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function writeNew(path: string, contents: string): void {
  const descriptor = openSync(path, EXCLUSIVE, 0o666);
  try {
    writeFully(descriptor, Buffer.from(contents));
  } catch (error) {
    removeFile(path);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}
