import { lstatSync, readdirSync } from 'node:fs';
import { asBytePath, fsPath, joinPath, type BytePath } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import { removeFolder } from '../disk/remove-folder.js';

/** Whether it is a folder, and not a link to one. */
export function isFolder(path: BytePath): boolean {
  return lstatSync(fsPath(path), { throwIfNoEntry: false })?.isDirectory() === true;
}

export interface Contents {
  files: number;
  bytes: number;
}

/** What lies in a folder and below it, following no link; nothing when it is not there. */
export function contentsOf(path: BytePath): Contents {
  const contents: Contents = { files: 0, bytes: 0 };
  const folders = isFolder(path) ? [path] : [];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const name of readdirSync(fsPath(folder), { encoding: 'latin1' })) {
      const below = joinPath(folder, asBytePath(name));
      const stat = lstatSync(fsPath(below));
      if (stat.isDirectory()) folders.push(below);
      else contents.files++;
      if (stat.isFile()) contents.bytes += stat.size;
    }
  }
  return contents;
}

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
