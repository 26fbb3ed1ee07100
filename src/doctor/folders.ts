import { lstatSync, readdirSync } from 'node:fs';
import {
  asBytePath,
  bytePathFromText,
  fsPath,
  joinPath,
  type BytePath,
} from '../core/byte-path.js';
import { PitonError, systemErrorCode } from '../core/errors.js';
import { AnchoredRoot } from '../disk/anchored-root.js';
import { emptyDirectory } from '../disk/retire.js';

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

const STAYS = new Set(['ENOENT', 'ENOTEMPTY', 'EEXIST']);

function within(root: string, folder: BytePath, name: string, remove: boolean): void {
  const anchor = AnchoredRoot.open(root);
  try {
    anchor.within(folder, (directory) => {
      const last = bytePathFromText(name);
      const [stuck] = remove ? emptyDirectory(directory.pathOf(last).toString()) : [];
      if (stuck !== undefined) {
        const message = `${name}/${stuck.path} could not be removed (${stuck.code})`;
        throw new PitonError('IO_FAILED', message);
      }
      directory.rmdir(last);
    });
  } catch (error) {
    if (remove || !STAYS.has(systemErrorCode(error) ?? '')) throw error;
  } finally {
    anchor.close();
  }
}

/**
 * Removes the folder `name` in `folder` below `root`, with all that is in it. No link is followed,
 * also when somebody puts one there meanwhile.
 * @throws {PitonError} `UNSAFE_PATH`; `IO_FAILED` when something in it could not be removed
 */
export function removeFolder(root: string, folder: BytePath, name: string): void {
  within(root, folder, name, true);
}

/** As `removeFolder`, if it is there and nothing is in it. */
export function removeEmptyFolder(root: string, folder: BytePath, name: string): void {
  within(root, folder, name, false);
}
