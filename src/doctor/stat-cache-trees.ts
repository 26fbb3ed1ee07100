import { asBytePath, joinPath, type BytePath } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import { MODE, type ObjectId, type TreeEntry } from '../core/types.js';
import { decodeTree, emptyTreeId } from '../store/objects/object-format.js';
import type { ObjectReader } from '../store/object-store.js';
import type { KnownTree } from '../worktree/found.js';
import type { StatCache } from '../worktree/stat-cache.js';

/** Null when the tree is not there, or is damaged or none. */
async function linesOf(oid: ObjectId, objects: ObjectReader): Promise<TreeEntry[] | null> {
  if (oid === emptyTreeId(objects.algorithm)) return [];
  try {
    const { type, data } = await objects.read(oid);
    return type === 'tree' ? decodeTree(data, objects.algorithm) : null;
  } catch (error) {
    if (error instanceof PitonError) return null;
    throw error;
  }
}

/**
 * The folders whose tree is not there, or holds something else than the cache says of what is in
 * them: a scan that finds all of that unchanged takes the tree for what the folder holds.
 * @param files what the cache says of files
 */
export async function wrongTrees(
  cache: StatCache,
  files: ReadonlyMap<BytePath, ObjectId>,
  objects: ObjectReader,
): Promise<BytePath[]> {
  const trees = [...cache.trees()];
  const said = new Map<string, ObjectId>(files);
  for (const { path, oid } of trees) said.set(`${path}/`, oid);
  const isTrue = async (tree: KnownTree & { path: BytePath }): Promise<boolean> => {
    const lines = await linesOf(tree.oid, objects);
    if (lines?.length !== tree.files + tree.folders) return false;
    const folders = lines.filter(({ mode }) => mode === MODE.directory);
    if (folders.length !== tree.folders) return false;
    return lines.every(({ name, mode, oid }) => {
      const path = joinPath(tree.path, name);
      const one = said.get(mode === MODE.directory ? `${path}/` : path);
      return one === undefined || one === oid;
    });
  };
  const wrong: BytePath[] = [];
  for (const tree of trees) {
    if (!(await isTrue(tree))) wrong.push(tree.path === '' ? asBytePath('.') : tree.path);
  }
  return wrong;
}
