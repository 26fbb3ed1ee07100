import { asBytePath, nameOf, parentOf, ROOT, type BytePath } from '../core/byte-path.js';
import { MODE, type ObjectId, type TreeEntry } from '../core/types.js';
import type { ObjectBatch, ObjectReader } from '../store/object-store.js';
import { decodeCommit, decodeTree, encodeTree } from '../store/objects/object-format.js';
import type { StagingArea } from '../worktree/staging-area/read-staging-area.js';
import { stagedFiles } from './staging-file.js';

/** Looks single paths up in a tree; each folder is read once. */
class TreeLookup {
  readonly #objects: ObjectReader;
  readonly #folders = new Map<BytePath, ReadonlyMap<string, TreeEntry>>();

  constructor(objects: ObjectReader) {
    this.#objects = objects;
  }

  async open(tree: ObjectId): Promise<void> {
    this.#folders.set(ROOT, await this.#read(tree));
  }

  async find(path: BytePath): Promise<ObjectId | null> {
    const folder = await this.#folder(parentOf(path));
    return folder.get(nameOf(path))?.oid ?? null;
  }

  async #folder(path: BytePath): Promise<ReadonlyMap<string, TreeEntry>> {
    const known = this.#folders.get(path);
    if (known !== undefined) return known;
    const entry = (await this.#folder(parentOf(path))).get(nameOf(path));
    const isFolder = entry?.mode === MODE.directory;
    const folder = isFolder ? await this.#read(entry.oid) : new Map<string, TreeEntry>();
    this.#folders.set(path, folder);
    return folder;
  }

  async #read(tree: ObjectId): Promise<ReadonlyMap<string, TreeEntry>> {
    const { data } = await this.#objects.read(tree);
    const entries = decodeTree(data, this.#objects.algorithm);
    return new Map(entries.map((entry) => [entry.name, entry]));
  }
}

/** Nothing but the staging area refers to the blob, and git may be about to replace that. */
async function keep(batch: ObjectBatch, objects: ObjectReader, oid: ObjectId): Promise<void> {
  if (batch.has(oid)) return;
  const { size, stream } = await objects.readStream(oid);
  await batch.addStream(size, stream);
}

/**
 * A tree of the blobs that the staging area refers to and the commit HEAD stands at does not hold,
 * so that garbage collection keeps them; null when there are none. Depends on these two alone.
 */
export async function addStagedBlobs(
  batch: ObjectBatch,
  objects: ObjectReader,
  area: StagingArea,
  head: ObjectId | null,
): Promise<ObjectId | null> {
  const lookup = new TreeLookup(objects);
  if (head !== null) await lookup.open(decodeCommit((await objects.read(head)).data).tree);
  const staged = new Set<ObjectId>();
  for (const { path, oid } of stagedFiles(area)) {
    const committed = head === null ? null : await lookup.find(asBytePath(path));
    if (committed === oid || !objects.has(oid)) continue;
    await keep(batch, objects, oid);
    staged.add(oid);
  }
  if (staged.size === 0) return null;
  const entries = [...staged].map((oid) => ({ mode: MODE.file, name: asBytePath(oid), oid }));
  return batch.add('tree', encodeTree(entries));
}
