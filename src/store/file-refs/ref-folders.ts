import { join } from 'node:path';
import { bytePathFromText, joinPath, nameOf, parentOf, ROOT } from '../../core/byte-path.js';
import type { BytePath } from '../../core/byte-path.js';
import { systemErrorCode } from '../../core/errors.js';
import type { AnchoredRoot } from '../../disk/anchored-root.js';
import { refConflict, refUnsafe } from '../repository/ref-errors.js';
import type { RefBase } from '../repository/ref-bases.js';

/**
 * Makes the folders that a ref's file needs. Other processes make and remove them too while they
 * are empty: then this fails with `EEXIST`, or the next step with `ENOENT`, and one begins anew.
 * @throws {PitonError} `GIT_FAILED` when a ref is in the way, `UNSAFE_PATH` when a link is
 */
export function ensureRefFolders({ path: base, root, durability }: RefBase, ref: string): void {
  let path = ROOT;
  for (const component of parentOf(bytePathFromText(ref)).split('/')) {
    const name = bytePathFromText(component);
    const below = joinPath(path, name);
    root.within(path, (folder) => {
      const stat = folder.lstat(name);
      if (stat?.isDirectory() === true) return;
      if (stat?.isFile() === true) throw refConflict(ref, below);
      if (stat !== null) throw refUnsafe(ref, join(base, below));
      folder.mkdir(name, 0o777);
      if (durability === 'full') folder.sync();
    });
    path = below;
  }
}

/** Removes the folders above a ref's file that are empty; `refs/<first>` stays, as git has it. */
export function removeEmptyParents(root: AnchoredRoot, ref: BytePath): void {
  for (let path = parentOf(ref); path.split('/').length > 2; path = parentOf(path)) {
    if (!removeFolder(root, path)) return;
  }
}

/** Removes a folder in which there is nothing but folders, as git does where a ref is to be. */
export function removeEmptyTree(root: AnchoredRoot, path: BytePath): void {
  const names = root.within(path, (folder) =>
    folder.readdir().filter((name) => folder.lstat(name)?.isDirectory() === true),
  );
  for (const name of names) removeEmptyTree(root, joinPath(path, name));
  removeFolder(root, path);
}

/** Says whether the folder is gone; it is not when something is in it. */
function removeFolder(root: AnchoredRoot, path: BytePath): boolean {
  root.forget(path);
  try {
    root.within(parentOf(path), (folder) => {
      folder.rmdir(nameOf(path));
    });
    return true;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTEMPTY') throw error;
    // ENOENT: another process removed it.
    return code === 'ENOENT';
  }
}
