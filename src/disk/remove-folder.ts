import { bytePathFromText, type BytePath } from '../core/byte-path.js';
import { systemErrorCode } from '../core/errors.js';
import type { AnchoredDirectory } from './anchored-directory.js';
import { AnchoredRoot } from './anchored-root.js';
import { emptyDirectory, type NotRemoved } from './retire.js';

const STAYS = new Set(['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR']);

function within<T>(root: string, folder: BytePath, use: (directory: AnchoredDirectory) => T): T {
  const anchor = AnchoredRoot.open(root);
  try {
    return anchor.within(folder, use);
  } finally {
    anchor.close();
  }
}

/**
 * Removes the folder `name` in `folder` below `root`, with all that is in it, and gives what could
 * not be removed: then it stays. No link is followed, also when somebody puts one there meanwhile.
 * @throws {PitonError} `UNSAFE_PATH`; `ENOENT` when it is not there.
 */
export function removeFolder(root: string, folder: BytePath, name: string): NotRemoved[] {
  return within(root, folder, (directory) => {
    const last = bytePathFromText(name);
    const stuck = emptyDirectory(directory.pathOf(last).toString());
    if (stuck.length === 0) directory.rmdir(last);
    return stuck;
  });
}

/** As `removeFolder`, if it is there and nothing is in it. */
export function removeEmptyFolder(root: string, folder: BytePath, name: string): void {
  try {
    within(root, folder, (directory) => {
      directory.rmdir(bytePathFromText(name));
    });
  } catch (error) {
    if (!STAYS.has(systemErrorCode(error) ?? '')) throw error;
  }
}
