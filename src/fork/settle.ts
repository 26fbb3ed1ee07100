import { lstatSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bytePathFromText, ROOT } from '../core/byte-path.js';
import { PitonError, systemErrorCode } from '../core/errors.js';
import { isId } from '../core/ids.js';
import { removeEmptyFolder, removeFolder } from '../disk/remove-folder.js';
import { removeFile } from '../disk/remove-file.js';
import { readPathFile } from '../store/repository/git-dir.js';
import {
  gitDirOf,
  gitFileContents,
  layoutName,
  layoutPath,
  lockContents,
  readForkNote,
  type ForkPlace,
} from './place.js';

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Whether a small file says exactly this. */
function says(path: string, contents: string): boolean {
  try {
    return readPathFile(path) === contents.trimEnd();
  } catch (error) {
    // What is not such a file does not say it.
    if (error instanceof PitonError || systemErrorCode(error) === 'ENOTDIR') return false;
    throw error;
  }
}

function remove(base: string, below: string, name: string): void {
  if (!isFolder(join(base, below, name))) return;
  const [stuck] = removeFolder(base, below === '' ? ROOT : bytePathFromText(below), name);
  if (stuck === undefined) return;
  throw new PitonError('IO_FAILED', `${join(base, below, name)} cannot be removed: ${stuck.code}`, {
    hint: 'remove it by hand; it is a part of a fork that was not made',
  });
}

/** Whether the worktree stands in its place; then the fork is made. */
function isPublished(place: ForkPlace): boolean {
  return says(join(place.path, '.git'), gitFileContents(place));
}

/**
 * Ends a fork that was being made: one whose worktree is in its place stands, of any other all
 * that was made is removed, and nothing else. May be cut off and called again. The caller holds the
 * lock.
 */
export function settleFork(place: ForkPlace): void {
  const { stateDir, commonDir, name, id, path } = place;
  const lock = join(gitDirOf(place), 'locked');
  if (says(lock, lockContents(place))) {
    if (isPublished(place)) removeFile(lock);
    else remove(commonDir, 'worktrees', name);
  }
  removeEmptyFolder(commonDir, ROOT, 'worktrees');
  if (isFolder(layoutPath(place))) remove(dirname(path), '', layoutName(place));
  remove(stateDir, 'forks', id);
  removeEmptyFolder(stateDir, ROOT, 'forks');
}

/** As `settleFork`, for all that processes left behind that died at it. */
export function settleForks(dirs: Pick<ForkPlace, 'stateDir' | 'commonDir'>): void {
  const { stateDir } = dirs;
  const forks = join(stateDir, 'forks');
  if (!isFolder(forks)) return;
  for (const id of readdirSync(forks).filter(isId)) {
    const place = readForkNote(id, dirs);
    if (place === null) remove(stateDir, 'forks', id);
    else settleFork(place);
  }
  removeEmptyFolder(stateDir, ROOT, 'forks');
}
