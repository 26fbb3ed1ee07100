import { join } from 'node:path';
import { bytePathFromText, joinPath, ROOT, type BytePath } from '../core/byte-path.js';
import type { Durability } from '../core/types.js';
import { systemErrorCode } from '../core/errors.js';
import { AnchoredRoot } from './anchored-root.js';

/**
 * Makes the folders of `below` (relative, `/` between names) inside the existing folder `base`,
 * which is trusted, and gives the absolute path.
 * @throws {PitonError} `UNSAFE_PATH` when one of them is there as a link or anything but a folder.
 */
export function ensureRealDirectory(base: string, below: string, durability: Durability): string {
  const root = AnchoredRoot.open(base);
  try {
    makeRealFolders(root, ROOT, below, durability);
  } finally {
    root.close();
  }
  return join(base, below);
}

/**
 * Makes the folders of `below` inside the folder at `from`, which must be there, and gives their
 * path below the root.
 * @throws {PitonError} `UNSAFE_PATH` as above; `ENOENT`.
 */
export function makeRealFolders(
  root: AnchoredRoot,
  from: BytePath,
  below: string,
  durability: Durability,
): BytePath {
  let path = from;
  for (const component of below.split('/')) {
    const name = bytePathFromText(component);
    root.within(path, (parent) => {
      if (makeDirectory(() => parent.mkdir(name, 0o777)) && durability === 'full') parent.sync();
    });
    path = joinPath(path, name);
    root.directory(path).close();
  }
  return path;
}

function makeDirectory(make: () => void): boolean {
  try {
    make();
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}
