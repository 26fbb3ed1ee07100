import { MODE, type ObjectId, type TreeEntry } from '../core/types.js';
import type { ObjectReader } from '../store/object-store.js';
import { isDamage } from '../store/objects/damage.js';
import { decodeTree } from '../store/objects/object-format.js';
import { isSafeEntry } from './object-check.js';

/** An object below a tree, or the tree. */
export interface TreeObject {
  oid: ObjectId;
  type: 'tree' | 'blob';
}

/**
 * A tree and all that it holds, each once, what is referred to first; null when something of it is
 * not there whole, or is what no checkpoint may hold: submodules and names that are not safe to
 * write. Files are taken for what their tree says they are.
 */
export async function contentsOfTree(
  objects: ObjectReader,
  root: ObjectId,
): Promise<TreeObject[] | null> {
  const found = new Map<ObjectId, TreeObject>();
  const entered = new Set<ObjectId>();
  const pending: ObjectId[] = [root];
  for (let tree = pending.at(-1); tree !== undefined; tree = pending.at(-1)) {
    if (entered.has(tree)) {
      pending.pop();
      // Where several ways lead to one tree, it stands where it was complete first.
      if (!found.has(tree)) found.set(tree, { oid: tree, type: 'tree' });
      continue;
    }
    entered.add(tree);
    const entries = await readIfThere(objects, tree);
    if (entries?.every((entry) => isSafeEntry(entry) && objects.has(entry.oid)) !== true) {
      return null;
    }
    for (const { mode, oid } of entries) {
      if (mode !== MODE.directory) found.set(oid, { oid, type: 'blob' });
      else if (!entered.has(oid)) pending.push(oid);
    }
  }
  return [...found.values()];
}

async function readIfThere(objects: ObjectReader, tree: ObjectId): Promise<TreeEntry[] | null> {
  if (!objects.has(tree)) return null;
  try {
    const { type, data } = await objects.read(tree);
    return type === 'tree' ? decodeTree(data, objects.algorithm) : null;
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}
