import type { BytePath } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import type { Contents } from '../disk/contents.js';
import { removeFolder } from '../disk/remove-folder.js';

export function showContents({ files, bytes }: Contents): string {
  return `${files} ${files === 1 ? 'file' : 'files'} (${bytes} bytes)`;
}

/**
 * Removes the folder `name` in `folder` below `root`, with all that is in it, following no link.
 * @throws {PitonError} `UNSAFE_PATH`; `IO_FAILED` when something in it could not be removed
 */
export function removeWhole(root: string, folder: BytePath, name: string): void {
  const [stuck] = removeFolder(root, folder, name);
  if (stuck === undefined) return;
  throw new PitonError('IO_FAILED', `${name}/${stuck.path} could not be removed (${stuck.code})`);
}
