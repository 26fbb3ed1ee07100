import { compareBytes } from '../core/byte-path.js';
import { MODE, type FileEntry, type ObjectId, type TreeEntry } from '../core/types.js';
import type { ObjectBatch } from '../store/object-store.js';
import { encodeTree } from '../store/objects/object-format.js';
import { inOrder, isFolder, type FoundFolder, type KnownTree } from './found.js';

/**
 * Writes the trees of a walk, the innermost first, so that a tree is never added before what it
 * refers to, and notes them in the folders. A folder without anything captured in it is written as
 * the empty tree when the walk says that it counts as a folder, and is left out otherwise. One
 * that is as the stat cache remembers it has the tree that the cache names, which is not written.
 */
export function buildTrees(root: FoundFolder, batch: ObjectBatch): ObjectId {
  const stack = [{ folder: root, next: 0 }];
  for (;;) {
    const top = stack[stack.length - 1] as (typeof stack)[number];
    const child = top.folder.folders[top.next++];
    if (child !== undefined) {
      stack.push({ folder: child, next: 0 });
      continue;
    }
    stack.pop();
    const { folder } = top;
    folder.tree = knownTree(folder) ?? builtTree(folder, batch, stack.length === 0);
    if (stack.length === 0) return (folder.tree as KnownTree).oid;
  }
}

/** The tree that the stat cache knows, when the folder has just what is in it, and nothing new. */
function knownTree(folder: FoundFolder): KnownTree | null {
  const { known, files, folders } = folder;
  if (known === null || (isEmpty(known) && !folder.keptWhenEmpty)) return null;
  let captured = 0;
  for (const { oid, isKnown } of files) {
    if (oid === null) continue;
    if (!isKnown) return null;
    captured++;
  }
  if (captured !== known.files) return null;
  let same = 0;
  for (const { tree, known: before } of folders) {
    if (tree === null) continue;
    if (tree.oid !== before?.oid) return null;
    same++;
  }
  return same === known.folders ? known : null;
}

function builtTree(folder: FoundFolder, batch: ObjectBatch, isRoot: boolean): KnownTree | null {
  const lines: TreeEntry[] = [];
  for (const { name, mode, oid } of folder.files) if (oid !== null) lines.push({ mode, name, oid });
  const files = lines.length;
  for (const { name, tree } of folder.folders) {
    if (tree !== null) lines.push({ mode: MODE.directory, name, oid: tree.oid });
  }
  if (lines.length === 0 && !folder.keptWhenEmpty && !isRoot) return null;
  return { oid: batch.add('tree', encodeTree(lines)), files, folders: lines.length - files };
}

/** All that the trees of a walk hold, sorted by path; empty folders are entries of their own. */
export function entriesOf(root: FoundFolder): FileEntry[] {
  const entries: FileEntry[] = [];
  for (const found of inOrder(root)) {
    const { path } = found;
    if (!isFolder(found)) {
      if (found.oid !== null) entries.push({ path, mode: found.mode, oid: found.oid });
    } else if (found !== root && found.tree !== null && isEmpty(found.tree)) {
      entries.push({ path, mode: MODE.directory, oid: found.tree.oid });
    }
  }
  return entries.sort((left, right) => compareBytes(left.path, right.path));
}

function isEmpty({ files, folders }: KnownTree): boolean {
  return files === 0 && folders === 0;
}
