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
    ...{ path, name, files: [], folders: [], keptWhenEmpty },
    ...{ known: null, tree: null },
  };
}

/** Every folder, and then what is in it, in byte order of the paths, with a `/` for a folder. */
export function* inOrder(root: FoundFolder): Iterable<FoundFolder | FoundFile> {
  yield root;
  const pending = [{ folder: root, file: 0, child: 0 }];
  for (let top = pending.at(-1); top !== undefined; top = pending.at(-1)) {
    const file = top.folder.files[top.file];
    const child = top.folder.folders[top.child];
    if (file === undefined && child === undefined) {
      pending.pop();
    } else if (child === undefined || (file !== undefined && file.name < `${child.name}/`)) {
      top.file++;
      if (file !== undefined) yield file;
    } else {
      top.child++;
      yield child;
      pending.push({ folder: child, file: 0, child: 0 });
    }
  }
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
