import { constants } from 'node:fs';
import { asBytePath, type BytePath } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import {
  MODE,
  type FileMode,
  type HashAlgorithm,
  type ObjectId,
  type TreeEntry,
} from '../core/types.js';
import { damaged } from '../store/objects/damage.js';
import { encodeSortedTree, hashObject, isTreeName } from '../store/objects/object-format.js';
import type { StatCacheEntry } from './stat-cache.js';
import { modeOf } from './stat-record.js';

/** What trees hold, by their ids. */
export type KnownTrees = ReadonlyMap<ObjectId, TreeEntry[]>;

interface OpenFolder {
  name: BytePath;
  /** Its path with a `/` behind it; empty for the root. */
  prefix: string;
  entries: TreeEntry[];
  hasFolders: boolean;
}

function openFolder(name: string, prefix: string): OpenFolder {
  if (prefix !== '' && !isTreeName(name)) throw damaged('a stat cache has a path that is none');
  return { name: asBytePath(name), prefix, entries: [], hasFolders: false };
}

/** Paths in ascending order cannot repeat a name but for that of a folder. */
function assertNoneTwice({ entries, hasFolders }: OpenFolder): void {
  if (!hasFolders || new Set(entries.map(({ name }) => name)).size === entries.length) return;
  throw damaged('a stat cache has a file where it has a folder');
}

class TreeHasher {
  readonly trees = new Map<ObjectId, TreeEntry[]>();
  readonly #algorithm: HashAlgorithm;
  #last = '';
  readonly #open: OpenFolder[] = [openFolder('', '')];

  constructor(algorithm: HashAlgorithm) {
    this.#algorithm = algorithm;
  }

  add(path: BytePath, mode: FileMode, oid: ObjectId): void {
    if (path <= this.#last) throw damaged('paths of a stat cache are not in order');
    this.#last = path;
    while (!path.startsWith(this.#top.prefix)) this.#close();
    for (let slash = this.#nextSlash(path); slash >= 0; slash = this.#nextSlash(path)) {
      const name = path.slice(this.#top.prefix.length, slash);
      this.#open.push(openFolder(name, path.slice(0, slash + 1)));
    }
    const { prefix, entries } = this.#top;
    const name = asBytePath(path.slice(prefix.length));
    if (!isTreeName(name)) throw damaged('a stat cache has a path that is none');
    entries.push({ mode, name, oid });
  }

  finish(): KnownTrees {
    while (this.#open.length > 0) this.#close();
    return this.trees;
  }

  get #top(): OpenFolder {
    return this.#open[this.#open.length - 1] as OpenFolder;
  }

  #nextSlash(path: BytePath): number {
    return path.indexOf('/', this.#top.prefix.length);
  }

  #close(): void {
    const folder = this.#open.pop() as OpenFolder;
    assertNoneTwice(folder);
    const { name, entries } = folder;
    const oid = hashObject(this.#algorithm, 'tree', encodeSortedTree(entries));
    this.trees.set(oid, entries);
    const parent = this.#open.at(-1);
    if (parent === undefined) return;
    parent.entries.push({ mode: MODE.directory, name, oid });
    parent.hasFolders = true;
  }
}

function fileModeOf(record: Buffer): FileMode {
  const mode = modeOf(record);
  if ((mode & constants.S_IFMT) === constants.S_IFLNK) return MODE.link;
  return (mode & constants.S_IXUSR) === 0 ? MODE.file : MODE.executable;
}

/**
 * The trees that the files of a stat cache make. Hashing them all takes a fraction of the time that
 * it takes to read and inflate them, and an id proves what its tree holds, whoever wrote the cache.
 * Folders with an empty one in them, and those with a file that is not remembered, are not among
 * them as they are.
 */
export function treesOf(files: Iterable<StatCacheEntry>, algorithm: HashAlgorithm): KnownTrees {
  const hasher = new TreeHasher(algorithm);
  try {
    for (const { path, record, oid } of files) hasher.add(path, fileModeOf(record), oid);
    return hasher.finish();
  } catch (error) {
    // A cache that names no tree tells of none.
    if (error instanceof PitonError) return new Map();
    throw error;
  }
}
