import { compareBytes, joinPath, ROOT, type BytePath } from '../core/byte-path.js';
import { LIMITS } from '../core/limits.js';
import { MODE, type FileEntry, type ObjectId, type TreeEntry } from '../core/types.js';
import type { ObjectReader } from '../store/object-store.js';
import { damaged } from '../store/objects/damage.js';
import { decodeTree, emptyTreeId } from '../store/objects/object-format.js';
import { isSameEntry, type EntryPair } from './diff.js';
import type { KnownTrees } from './known-trees.js';
import { hasSafeName, unsafePathError } from './safe-names.js';

export interface ReadTreeOptions {
  signal?: AbortSignal | undefined;
  /** Trees that need not be read; the ids must have been found by hashing. */
  known?: KnownTrees | undefined;
}

/** Longer paths count for more, because what must be bounded is memory. */
const USUAL_PATH_BYTES = 128;

/**
 * Reads trees that may be hostile. A few small trees can refer to each other so that they name
 * billions of paths: shared trees are read once, and what is visited is counted and bounded.
 */
class TreeWalk {
  readonly #objects: ObjectReader;
  readonly #signal: AbortSignal | undefined;
  readonly #emptyTree: ObjectId;
  readonly #known: Map<ObjectId, TreeEntry[]>;
  #paths = 0;

  constructor(objects: ObjectReader, { signal, known }: ReadTreeOptions) {
    this.#objects = objects;
    this.#signal = signal;
    this.#known = new Map(known);
    this.#emptyTree = emptyTreeId(objects.algorithm);
  }

  async read(tree: ObjectId): Promise<TreeEntry[]> {
    this.#signal?.throwIfAborted();
    if (tree === this.#emptyTree) return [];
    const known = this.#known.get(tree);
    if (known) return known;
    const { type, data } = await this.#objects.read(tree);
    if (type !== 'tree') throw damaged(`a ${type} stands where a tree should`, { object: tree });
    const entries = decodeTree(data, this.#objects.algorithm);
    this.#known.set(tree, entries);
    return entries;
  }

  /** The path of an entry in the folder `parent`, which lies `depth` folders below the root. */
  pathOf(entry: TreeEntry, parent: BytePath, depth: number): BytePath {
    const path = joinPath(parent, entry.name);
    if (entry.mode === MODE.gitlink) throw unsafePathError(path, 'is a submodule link');
    if (!hasSafeName(entry)) throw unsafePathError(path, 'has a name that is not safe to write');
    if (path.length > LIMITS.pathBytes || depth >= LIMITS.directoryDepth) {
      throw unsafePathError(path.slice(0, LIMITS.pathBytes) as BytePath, 'is too long or too deep');
    }
    this.#paths += Math.ceil(path.length / USUAL_PATH_BYTES);
    if (this.#paths > LIMITS.treeEntries) {
      throw damaged('a tree names more paths than piton handles', {
        ...{ problem: 'too_many_paths', max_paths: LIMITS.treeEntries },
      });
    }
    return path;
  }
}

async function collect(
  walk: TreeWalk,
  tree: ObjectId,
  path: BytePath,
  depth: number,
  into: FileEntry[],
): Promise<void> {
  const entries = await walk.read(tree);
  if (entries.length === 0 && path !== ROOT) into.push({ path, mode: MODE.directory, oid: tree });
  for (const entry of entries) {
    const { mode, oid } = entry;
    const below = walk.pathOf(entry, path, depth);
    if (mode === MODE.directory) await collect(walk, oid, below, depth + 1, into);
    else into.push({ path: below, mode, oid });
  }
}

/**
 * All entries below a tree, sorted by path in byte order. A folder is an entry only when it is
 * empty; the root never is.
 * @throws {PitonError} `UNSAFE_PATH` with `details.path` for a path that must not be written, a
 * link to a submodule, or a path out of bounds; `OBJECT_DAMAGED` for what is no well-formed tree.
 */
export async function readTreeEntries(
  objects: ObjectReader,
  tree: ObjectId,
  options: ReadTreeOptions = {},
): Promise<FileEntry[]> {
  const entries: FileEntry[] = [];
  await collect(new TreeWalk(objects, options), tree, ROOT, 0, entries);
  // Trees are in the order of their files' paths; of an empty folder's path they are not.
  const isSorted = entries.every(({ mode }) => mode !== MODE.directory);
  return isSorted ? entries : entries.sort((one, other) => compareBytes(one.path, other.path));
}

interface Side {
  entry: FileEntry | null;
  below: TreeEntry[];
}

const ABSENT: Side = { entry: null, below: [] };

async function sideAt(walk: TreeWalk, path: BytePath, found: TreeEntry | null): Promise<Side> {
  if (found === null) return ABSENT;
  const { mode, oid } = found;
  if (mode !== MODE.directory) return { entry: { path, mode, oid }, below: [] };
  const below = await walk.read(oid);
  return { entry: below.length === 0 && path !== ROOT ? { path, mode, oid } : null, below };
}

interface NamedPair {
  before: TreeEntry | null;
  after: TreeEntry | null;
}

function pairsByName(before: TreeEntry[], after: TreeEntry[]): NamedPair[] {
  const pairs = new Map<BytePath, NamedPair>();
  for (const entry of before) pairs.set(entry.name, { before: entry, after: null });
  for (const entry of after) {
    const pair = pairs.get(entry.name);
    if (!pair?.before) pairs.set(entry.name, { before: null, after: entry });
    else if (isSameEntry(pair.before, entry)) pairs.delete(entry.name);
    else pair.after = entry;
  }
  return [...pairs.values()];
}

async function comparePath(
  walk: TreeWalk,
  path: BytePath,
  depth: number,
  pair: NamedPair,
  into: EntryPair[],
): Promise<void> {
  const before = await sideAt(walk, path, pair.before);
  const after = await sideAt(walk, path, pair.after);
  if (before.entry || after.entry) into.push({ path, before: before.entry, after: after.entry });
  for (const named of pairsByName(before.below, after.below)) {
    const paths = [named.before, named.after].flatMap((entry) => {
      return entry ? [walk.pathOf(entry, path, depth)] : [];
    });
    await comparePath(walk, paths[0]!, depth + 1, named, into);
  }
}

/**
 * The paths in which two trees differ, sorted in byte order: what comparing the lists of
 * `readTreeEntries` gives, without reading the subtrees that both share.
 * @throws {PitonError} as `readTreeEntries`, for what it reads.
 */
export async function readTreeDiff(
  objects: ObjectReader,
  before: ObjectId,
  after: ObjectId,
  options: ReadTreeOptions = {},
): Promise<EntryPair[]> {
  const pairs: EntryPair[] = [];
  if (before === after) return pairs;
  const walk = new TreeWalk(objects, options);
  const [left, right] = [before, after].map((oid): TreeEntry => {
    return { mode: MODE.directory, name: ROOT, oid };
  });
  await comparePath(walk, ROOT, 0, { before: left!, after: right! }, pairs);
  return pairs.sort((one, other) => compareBytes(one.path, other.path));
}
