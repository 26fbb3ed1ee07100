import { nameOf, parentOf, type BytePath } from '../core/byte-path.js';
import type { FileMode, NotCaptured, ObjectId } from '../core/types.js';
import type { StatRows } from './stat-rows.js';

export interface FoundFile {
  path: BytePath;
  name: BytePath;
  mode: FileMode;
  /** Bytes. */
  size: number;
  /** Which row of the result's stats is its. */
  record: number;
  /** Of its contents; null as long as they are not known, and when they are not captured. */
  oid: ObjectId | null;
  /** Whether the stat cache told that. */
  isKnown: boolean;
}

/** One folder of the walk. Files and folders are in the order of git trees. */
export interface FoundFolder {
  path: BytePath;
  name: BytePath;
  files: FoundFile[];
  folders: FoundFolder[];
  /** False as long as the walk has yet to find what is in it. */
  isListed: boolean;
  /** Whether it is captured as a folder even when nothing in it is. */
  keptWhenEmpty: boolean;
  /** What the stat cache remembers of its tree; null when that may not be relied on. */
  known: KnownTree | null;
  /** Its tree, once that is built, and what is in it; null when it is not captured. */
  tree: KnownTree | null;
}

/** A tree, and how many lines it has of each kind; empty folders count among the folders. */
export interface KnownTree {
  oid: ObjectId;
  files: number;
  folders: number;
}

export interface WalkResult {
  root: FoundFolder;
  stats: StatRows;
  notCaptured: NotCaptured[];
  /** Folders other than the root that hold a `.git`. */
  nestedRepositories: BytePath[];
  /** Ignored paths that were left out, the topmost ones only. */
  ignored: BytePath[];
  /** Whether a captured file has other names, by which it can change unseen from its folder. */
  hasSharedFiles: boolean;
}

export function foundFolder(path: BytePath, name: BytePath, keptWhenEmpty: boolean): FoundFolder {
  return {
    ...{ path, name, files: [], folders: [], isListed: false, keptWhenEmpty },
    ...{ known: null, tree: null },
  };
}

/**
 * Every folder, and then what is in it, in byte order of the paths, with a `/` for a folder. Can be
 * followed while the walk goes on: gives null as long as the next folder is not listed.
 */
export function* inOrderSoFar(root: FoundFolder): Generator<FoundFolder | FoundFile | null, void> {
  yield root;
  const pending = [placeIn(root)];
  for (let top = pending.at(-1); top !== undefined; top = pending.at(-1)) {
    while (!top.folder.isListed) yield null;
    const file = top.folder.files[top.file];
    const child = top.folders[top.child];
    if (file === undefined && child === undefined) {
      pending.pop();
    } else if (child === undefined || (file !== undefined && file.name < `${child.name}/`)) {
      top.file++;
      if (file !== undefined) yield file;
    } else {
      top.child++;
      yield child;
      pending.push(placeIn(child));
    }
  }
}

/** With the folders of now: those that turn out to be gone are taken out at the end of a walk. */
function placeIn(folder: FoundFolder) {
  return { folder, folders: folder.folders, file: 0, child: 0 };
}

/** As `inOrderSoFar`, once the walk is done. */
export function inOrder(root: FoundFolder): Iterable<FoundFolder | FoundFile> {
  return inOrderSoFar(root) as Iterable<FoundFolder | FoundFile>;
}

export function isFolder(found: FoundFolder | FoundFile): found is FoundFolder {
  return 'folders' in found;
}

/** How many files the trees of a folder, and of those below it, hold. */
export function filesBelow(root: FoundFolder): number {
  const pending = [root];
  let count = 0;
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    count += folder.tree?.files ?? 0;
    for (const child of folder.folders) pending.push(child);
  }
  return count;
}

/** The object id of a file at a path; null when none was captured there. */
export function oidAt(root: FoundFolder, path: BytePath): ObjectId | null {
  let folder: FoundFolder | undefined = root;
  const above = parentOf(path);
  for (const name of above === '' ? [] : above.split('/')) {
    folder = folder?.folders.find((child) => child.name === name);
  }
  return folder?.files.find(({ name }) => name === nameOf(path))?.oid ?? null;
}
