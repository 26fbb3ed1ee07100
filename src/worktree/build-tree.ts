import { compareBytes } from '../core/byte-path.js';
import { MODE, type FileEntry, type ObjectId, type TreeEntry } from '../core/types.js';
import type { ObjectBatch } from '../store/object-store.js';
import { encodeTree } from '../store/objects/object-format.js';
import type { FoundFolder } from './walk.js';

export interface BuiltTree {
  tree: ObjectId;
  /** Sorted by path. */
  entries: FileEntry[];
}

interface Level {
  folder: FoundFolder;
  next: number;
  lines: TreeEntry[];
}

function levelOf(folder: FoundFolder, entries: FileEntry[]): Level {
  const lines: TreeEntry[] = [];
  for (const file of folder.files) {
    const { path, name, mode, oid } = file;
    if (oid === null) continue;
    lines.push({ mode, name, oid });
    entries.push({ path, mode, oid });
  }
  return { folder, next: 0, lines };
}

/**
 * Writes the trees of a walk, the innermost first, so that a tree is never added before what it
 * refers to. A folder without anything captured in it is written as the empty tree when the walk
 * says that it counts as a folder, and is left out otherwise.
 */
export function buildTrees(root: FoundFolder, batch: ObjectBatch): BuiltTree {
  const entries: FileEntry[] = [];
  const stack = [levelOf(root, entries)];
  for (;;) {
    const top = stack[stack.length - 1] as Level;
    const child = top.folder.folders[top.next++];
    if (child !== undefined) {
      stack.push(levelOf(child, entries));
      continue;
    }
    stack.pop();
    const parent = stack.at(-1);
    const { folder, lines } = top;
    const isEmpty = lines.length === 0;
    if (parent !== undefined && isEmpty && !folder.keptWhenEmpty) continue;
    const oid = batch.add('tree', encodeTree(lines));
    if (parent === undefined) return { tree: oid, entries: sortEntries(entries) };
    parent.lines.push({ mode: MODE.directory, name: folder.name, oid });
    if (isEmpty) entries.push({ path: folder.path, mode: MODE.directory, oid });
  }
}

function sortEntries(entries: FileEntry[]): FileEntry[] {
  return entries.sort((left, right) => compareBytes(left.path, right.path));
}
