import { asBytePath, nameOf, parentOf, ROOT, type BytePath } from '../core/byte-path.js';
import {
  MODE,
  type FileEntry,
  type FileMode,
  type ObjectId,
  type TreeEntry,
} from '../core/types.js';
import type { ObjectBatch, ObjectReader, ObjectStream } from '../store/object-store.js';
import { isDamage } from '../store/objects/damage.js';
import { decodeCommit, decodeTree, encodeTree } from '../store/objects/object-format.js';
import type { Scan } from '../worktree/scan.js';
import type { StagingArea } from '../worktree/staging-area/read-staging-area.js';
import { contentsOfTree } from './contents-of-tree.js';
import { stagedFiles, stagedFolders, type Staged } from './staging-file.js';

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

/** Null when the object is there and damaged, as one is that a power cut left empty. */
async function openIfWhole(objects: ObjectReader, oid: ObjectId): Promise<ObjectStream | null> {
  try {
    return await objects.readStream(oid);
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}

/**
 * Nothing but the staging area refers to the blob, and git may be about to replace that. False when
 * it is no blob: git's plumbing stages any id for a file, and a tree that does so stops every
 * garbage collection.
 */
async function keepFile(
  batch: ObjectBatch,
  objects: ObjectReader,
  oid: ObjectId,
): Promise<boolean> {
  const object = await openIfWhole(objects, oid);
  if (object === null) return false;
  const isBlob = object.type === 'blob';
  if (isBlob && !batch.has(oid)) await batch.addStream(object.size, object.stream);
  else if (object.whole === undefined) object.stream.destroy();
  return isBlob;
}

async function keepBlob(batch: ObjectBatch, objects: ObjectReader, oid: ObjectId): Promise<void> {
  if (batch.has(oid)) return;
  const { size, stream } = await objects.readStream(oid);
  await batch.addStream(size, stream);
}

/** A folder of a sparse staging area, if it is whole: in a partial clone it may not be. */
async function keepFolder(
  batch: ObjectBatch,
  objects: ObjectReader,
  tree: ObjectId,
): Promise<boolean> {
  const contents = await contentsOfTree(objects, tree);
  if (contents === null) return false;
  for (const { oid, type } of contents) {
    if (type === 'blob') await keepBlob(batch, objects, oid);
    else if (!batch.has(oid)) batch.add('tree', (await objects.read(oid)).data);
  }
  return true;
}

function blobsOf(captured: readonly FileEntry[]): ReadonlySet<ObjectId> {
  return new Set(captured.filter(({ mode }) => mode !== MODE.directory).map(({ oid }) => oid));
}

/**
 * A tree of what the staging area refers to and the commit HEAD stands at does not hold at its
 * path, so that garbage collection keeps it; null when there is none. That is blobs, those of
 * resolved conflicts too, and the folders of a sparse staging area. Depends on these two alone.
 * @param scan what it has captured is known to be blobs and whole
 */
export async function addStagedBlobs(
  batch: ObjectBatch,
  objects: ObjectReader,
  area: StagingArea,
  head: ObjectId | null,
  scan: Partial<Pick<Scan, 'entries'>>,
): Promise<ObjectId | null> {
  const lookup = new TreeLookup(objects);
  if (head !== null) await lookup.open(decodeCommit((await objects.read(head)).data).tree);
  const staged = new Map<ObjectId, FileMode>();
  const isNews = async ({ path, oid }: Staged): Promise<boolean> => {
    const committed = head === null ? null : await lookup.find(asBytePath(path));
    return committed !== oid && objects.has(oid);
  };
  let isBlob: ReadonlySet<ObjectId> | undefined;
  for (const file of stagedFiles(area)) {
    if (!(await isNews(file))) continue;
    isBlob ??= blobsOf(scan.entries ?? []);
    if (!isBlob.has(file.oid) && !(await keepFile(batch, objects, file.oid))) continue;
    staged.set(file.oid, MODE.file);
  }
  for (const folder of stagedFolders(area)) {
    if (!(await isNews(folder)) || !(await keepFolder(batch, objects, folder.oid))) continue;
    staged.set(folder.oid, MODE.directory);
  }
  if (staged.size === 0) return null;
  const entries = [...staged].map(([oid, mode]) => ({ mode, name: asBytePath(oid), oid }));
  return batch.add('tree', encodeTree(entries));
}
