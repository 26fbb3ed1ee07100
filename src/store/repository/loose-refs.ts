import { join } from 'node:path';
import { bytePathFromText, joinPath, nameOf, parentOf, textOf } from '../../core/byte-path.js';
import type { BytePath } from '../../core/byte-path.js';
import { PitonError, systemErrorCode } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import type { HashAlgorithm } from '../../core/types.js';
import type { AnchoredDirectory } from '../../disk/anchored-directory.js';
import { AnchoredRoot } from '../../disk/anchored-root.js';
import { readBounded } from '../../disk/read.js';
import { parseRefContent } from './ref-content.js';
import type { RefValue } from './ref-content.js';
import { refDamaged, refUnsafe } from './ref-errors.js';
import { isRefName } from './ref-name.js';

/** Where the refs of one worktree are, when they are kept as files. */
export interface RefPlace {
  commonDir: string;
  gitDir: string;
  algorithm: HashAlgorithm;
}

/** What each worktree has for itself: gitrepository-layout(5) and git's is_per_worktree_ref. */
const PER_WORKTREE = /^(?:refs\/(?:bisect|rewritten|worktree)\/|HEAD$)/;

/** The folder that a ref's name is a path in. */
export function baseOfRef(place: RefPlace, name: string): string {
  return PER_WORKTREE.test(name) ? place.gitDir : place.commonDir;
}

/**
 * What the file of a ref says; null when there is none, or a folder of that name.
 * @throws {PitonError} `STATE_DAMAGED` when the file is no ref, `UNSAFE_PATH` when it is no file or
 * a folder on the way is a link
 */
export function readLooseRef(place: RefPlace, name: string): RefValue | null {
  const base = baseOfRef(place, name);
  const root = AnchoredRoot.open(base);
  try {
    return readIn(root, place, name);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || isBelowFile(root, name)) return null;
    throw error;
  } finally {
    root.close();
  }
}

function readIn(root: AnchoredRoot, place: RefPlace, name: string): RefValue | null {
  const path = bytePathFromText(name);
  return root.within(parentOf(path), (folder) => {
    const last = nameOf(path);
    const stat = folder.lstat(last);
    if (stat === null || stat.isDirectory()) return null;
    if (!stat.isFile()) throw refUnsafe(name, join(baseOfRef(place, name), name));
    return readFile(folder, last, place, name);
  });
}

function readFile(
  folder: AnchoredDirectory,
  last: BytePath,
  { algorithm }: RefPlace,
  name: string,
): RefValue | null {
  const content = readBounded(folder.pathOf(last), LIMITS.gitFileBytes);
  const value = content === null ? null : parseRefContent(content, algorithm);
  // Absent by now: deleted, or moved into packed-refs.
  if (content !== null && value === null) throw refDamaged(name, 'is neither an id nor a name');
  return value;
}

/** Whether a ref's file stands where `name` would need a folder; then there is no such ref. */
function isBelowFile(root: AnchoredRoot, name: string): boolean {
  for (let path = parentOf(bytePathFromText(name)); path !== ''; path = parentOf(path)) {
    try {
      const stat = root.within(parentOf(path), (folder) => folder.lstat(nameOf(path)));
      return stat?.isFile() === true;
    } catch (error) {
      // A folder further up is the one in question.
      if (!(error instanceof PitonError)) throw error;
    }
  }
  return false;
}

/**
 * The names of all refs that are files and begin with `prefix`, in no order; names that are not
 * UTF-8 cannot be told and are left out.
 * @throws {PitonError} `UNSAFE_PATH` for a link or special file among them, `STATE_DAMAGED` for a
 * file whose name is none for a ref
 */
export function looseRefNames(place: RefPlace, prefix: string): string[] {
  const names: string[] = [];
  visitRefs(place, prefix, (name) => names.push(name));
  return names;
}

/**
 * What the files of all these refs say. Reading them one by one looks up every folder again.
 * @throws {PitonError} as `looseRefNames`, and `STATE_DAMAGED` when a file is no ref
 */
export function looseRefs(place: RefPlace, prefix: string): Map<string, RefValue> {
  const values = new Map<string, RefValue>();
  visitRefs(place, prefix, (name, folder, last) => {
    const value = readFile(folder, last, place, name);
    if (value !== null) values.set(name, value);
  });
  return values;
}

function visitRefs(
  place: RefPlace,
  prefix: string,
  visit: (name: string, folder: AnchoredDirectory, last: BytePath) => void,
): void {
  for (const base of new Set([place.commonDir, place.gitDir])) {
    visitFiles(base, prefix, (path, folder, last) => {
      const name = textOf(path);
      if (name === undefined || name.endsWith('.lock')) return;
      if (!isRefName(name)) throw refDamaged(name, 'has a name that no ref can have');
      if (baseOfRef(place, name) === base) visit(name, folder, last);
    });
  }
}

/**
 * The paths of all files below `prefix` in `base`, locks included, as git's files backend looks for
 * them: names that begin with a dot do not count.
 */
export function refFiles(base: string, prefix: string): BytePath[] {
  const found: BytePath[] = [];
  visitFiles(base, prefix, (path) => found.push(path));
  return found;
}

type VisitFile = (path: BytePath, folder: AnchoredDirectory, last: BytePath) => void;

function visitFiles(base: string, prefix: string, visit: VisitFile): void {
  const root = AnchoredRoot.open(base);
  try {
    const folders = [bytePathFromText(prefix.replace(/\/$/, ''))];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      folders.push(...lookInto(root, base, folder, visit));
    }
  } finally {
    root.close();
  }
}

/** Visits the files in a folder, and gives the folders in it. */
function lookInto(root: AnchoredRoot, base: string, path: BytePath, visit: VisitFile): BytePath[] {
  const folders: BytePath[] = [];
  try {
    root.within(path, (folder) => {
      for (const name of folder.readdir()) {
        const below = joinPath(path, name);
        const stat = name.startsWith('.') ? null : folder.lstat(name);
        if (stat === null) continue;
        if (stat.isDirectory()) folders.push(below);
        else if (stat.isFile()) visit(below, folder, name);
        else throw refUnsafe(textOf(below) ?? below, join(base, textOf(below) ?? below));
      }
    });
  } catch (error) {
    // Never there, or removed meanwhile because it was empty.
    if (systemErrorCode(error) !== 'ENOENT' && !isBelowFile(root, `${path}/x`)) throw error;
  }
  return folders;
}
