import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { asBytePath, joinPath, ROOT } from '../core/byte-path.js';
import type { BytePath } from '../core/byte-path.js';
import { systemErrorCode } from '../core/errors.js';
import type { AnchoredDirectory } from './anchored-directory.js';
import { AnchoredRoot } from './anchored-root.js';

export interface NotRemoved {
  /** Where it lies now, relative to the folder that was to be emptied. */
  path: BytePath;
  /** The system's error code. */
  code: string;
}

const OWNER_ALL = 0o700;

/**
 * Removes everything in a folder of our own and follows no link; gives what could not be removed.
 * A folder below another is first moved to the top, so that no depth is too deep. A folder that is
 * not there is empty.
 */
export function emptyDirectory(path: string): NotRemoved[] {
  if (!existsSync(path)) return [];
  const root = AnchoredRoot.open(path);
  try {
    return root.within(ROOT, (top) => {
      const emptying: Emptying = { root, top, waiting: top.readdir(), failed: [] };
      for (const name of emptying.waiting) remove(emptying, name);
      return emptying.failed;
    });
  } finally {
    root.close();
  }
}

interface Emptying {
  root: AnchoredRoot;
  top: AnchoredDirectory;
  /** Names in the top folder; grows while it is worked through. */
  waiting: BytePath[];
  failed: NotRemoved[];
}

function remove(emptying: Emptying, name: BytePath): void {
  const { root, top } = emptying;
  attempt(emptying, name, () => {
    if (!isDirectory(top, name)) {
      top.unlink(name);
      return;
    }
    const failures = emptying.failed.length;
    root.within(name, (directory) => {
      allowOwner(top, name, directory);
      for (const child of directory.readdir()) removeChild(emptying, name, directory, child);
    });
    root.forget(name);
    if (emptying.failed.length === failures) top.rmdir(name);
  });
}

function removeChild(
  emptying: Emptying,
  parent: BytePath,
  directory: AnchoredDirectory,
  name: BytePath,
): void {
  const { root, top, waiting } = emptying;
  const path = joinPath(parent, name);
  attempt(emptying, path, () => {
    if (!isDirectory(directory, name)) {
      directory.unlink(name);
      return;
    }
    // A folder that gets another parent must itself be writable.
    root.within(path, (child) => {
      allowOwner(directory, name, child);
    });
    const lifted = asBytePath(`lifted-${randomBytes(8).toString('hex')}`);
    directory.rename(name, top, lifted);
    waiting.push(lifted);
  });
}

function isDirectory(directory: AnchoredDirectory, name: BytePath): boolean {
  return directory.lstat(name)?.isDirectory() ?? false;
}

function allowOwner(parent: AnchoredDirectory, name: BytePath, directory: AnchoredDirectory): void {
  const mode = Number(parent.lstat(name)?.mode ?? 0);
  if ((mode & OWNER_ALL) !== OWNER_ALL) directory.chmod(OWNER_ALL);
}

function attempt(emptying: Emptying, path: BytePath, action: () => void): void {
  try {
    action();
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === undefined) throw error;
    if (code !== 'ENOENT') emptying.failed.push({ path, code });
  }
}
