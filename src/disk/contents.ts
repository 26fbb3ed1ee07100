import { lstatSync, readdirSync } from 'node:fs';
import { asBytePath, fsPath, joinPath, type BytePath } from '../core/byte-path.js';
import { systemErrorCode } from '../core/errors.js';

/** Whether it is a folder, and not a link to one. */
export function isFolder(path: BytePath): boolean {
  return lstatSync(fsPath(path), { throwIfNoEntry: false })?.isDirectory() === true;
}

export interface Contents {
  files: number;
  bytes: number;
}

function namesIn(folder: BytePath): string[] {
  try {
    return readdirSync(fsPath(folder), { encoding: 'latin1' });
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/**
 * What lies in a folder and below it, following no link; nothing when it is not there. What goes
 * while it is looked at is left out.
 */
export function contentsOf(path: BytePath): Contents {
  const contents: Contents = { files: 0, bytes: 0 };
  const folders = isFolder(path) ? [path] : [];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const name of namesIn(folder)) {
      const below = joinPath(folder, asBytePath(name));
      const stat = lstatSync(fsPath(below), { throwIfNoEntry: false });
      if (stat === undefined) continue;
      if (stat.isDirectory()) folders.push(below);
      else contents.files++;
      if (stat.isFile()) contents.bytes += stat.size;
    }
  }
  return contents;
}
