import { createHash, type Hash } from 'node:crypto';
import { asBytePath, type BytePath } from '../../core/byte-path.js';
import { PitonError } from '../../core/errors.js';
import {
  MODE,
  type FileMode,
  type HashAlgorithm,
  type ObjectId,
  type ObjectType,
  type TreeEntry,
} from '../../core/types.js';
import { damaged } from './damage.js';

const EMPTY = Buffer.alloc(0);

/** Bytes of an object id: 20 or 32. */
export function idBytes(algorithm: HashAlgorithm): number {
  return algorithm === 'sha1' ? 20 : 32;
}

/** What git hashes, and what a loose object holds, before the contents. */
export function objectHeader(type: ObjectType, size: number): string {
  return `${type} ${size}\0`;
}

/** A hash that has already seen the header; the contents are still to be given to it. */
export function startObjectHash(algorithm: HashAlgorithm, type: ObjectType, size: number): Hash {
  return createHash(algorithm).update(objectHeader(type, size), 'latin1');
}

/** The id of an object: the hash of its header and contents. */
export function hashObject(algorithm: HashAlgorithm, type: ObjectType, data: Uint8Array): ObjectId {
  return startObjectHash(algorithm, type, data.length).update(data).digest('hex');
}

/** The id of the tree without entries, which git knows without its being stored. */
export function emptyTreeId(algorithm: HashAlgorithm): ObjectId {
  return hashObject(algorithm, 'tree', EMPTY);
}

/** The id of the blob without contents, which git knows without its being stored. */
export function emptyBlobId(algorithm: HashAlgorithm): ObjectId {
  return hashObject(algorithm, 'blob', EMPTY);
}

/** git compares a directory as if its name ended in `/` (base_name_compare). */
function sortKey(entry: TreeEntry): string {
  return entry.mode === MODE.directory ? `${entry.name}/` : entry.name;
}

/** Whether it is one component; it may still be unsafe. */
export function isTreeName(name: string): boolean {
  return name !== '' && !name.includes('/') && !name.includes('\0');
}

/**
 * The contents of a tree object; the entries may come in any order.
 * @throws {PitonError} `INTERNAL` when a name is empty, repeated, or holds `/` or NUL.
 */
export function encodeTree(entries: readonly TreeEntry[]): Buffer {
  const seen = new Set<string>();
  const keyed = entries.map((entry) => ({ key: sortKey(entry), entry }));
  keyed.sort((left, right) => (left.key < right.key ? -1 : 1));
  const sorted = keyed.map(({ entry }) => entry);
  for (const { name } of sorted) {
    if (!isTreeName(name) || seen.has(name)) {
      throw new PitonError('INTERNAL', `not a tree entry: ${JSON.stringify(name)}`);
    }
    seen.add(name);
  }
  return encodeSortedTree(sorted);
}

const MODE_TEXT = Object.fromEntries(
  Object.values(MODE).map((mode) => [mode, mode.toString(8)]),
) as Record<FileMode, string>;

/** As `encodeTree`, for entries that are in the order of trees and known to be fit for one. */
export function encodeSortedTree(entries: readonly TreeEntry[]): Buffer {
  let size = 0;
  for (const { mode, name, oid } of entries) {
    size += MODE_TEXT[mode].length + 2 + name.length + oid.length / 2;
  }
  const data = Buffer.allocUnsafe(size);
  let at = 0;
  for (const { mode, name, oid } of entries) {
    at += data.write(`${MODE_TEXT[mode]} ${name}\0`, at, 'latin1');
    at += data.write(oid, at, 'hex');
  }
  return data;
}

/** Old trees hold modes such as 100664; git reads them by file type and the owner's x bit. */
function canonicalMode(text: string): FileMode | undefined {
  if (!/^[0-7]{1,7}$/.test(text)) return undefined;
  const mode = Number.parseInt(text, 8);
  switch (mode & 0o170000) {
    case 0o100000:
      return (mode & 0o100) === 0 ? MODE.file : MODE.executable;
    case MODE.link:
      return MODE.link;
    case MODE.directory:
      return MODE.directory;
    case MODE.gitlink:
      return MODE.gitlink;
    default:
      return undefined;
  }
}

/**
 * The entries of a tree object in the order they are stored. Names are single components but may
 * still be unsafe as paths (`..`, `.git`): that is for the caller to judge.
 * @throws {PitonError} `OBJECT_DAMAGED` when cut short, out of order, repeated, or of unknown mode.
 */
export function decodeTree(data: Buffer, algorithm: HashAlgorithm): TreeEntry[] {
  const entries: TreeEntry[] = [];
  const seen = new Set<BytePath>();
  const width = idBytes(algorithm);
  let before = '';
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(0x20, at);
    const end = space < 0 ? -1 : data.indexOf(0, space);
    if (end < 0 || end + 1 + width > data.length) throw damaged('a tree is cut short');
    const mode = canonicalMode(data.toString('latin1', at, Math.min(space, at + 8)));
    if (mode === undefined) throw damaged('a tree has an entry of unknown mode');
    const name = asBytePath(data.toString('latin1', space + 1, end));
    if (!isTreeName(name)) throw damaged('a tree has a name that is not one component');
    const oid = data.toString('hex', end + 1, end + 1 + width);
    const entry: TreeEntry = { mode, name, oid };
    const key = sortKey(entry);
    if (key <= before || seen.has(name)) throw damaged('a tree is not sorted, or repeats a name');
    before = key;
    seen.add(name);
    entries.push(entry);
    at = end + 1 + width;
  }
  return entries;
}

/** Who made a commit, and when. */
export interface CommitIdentity {
  name: string;
  email: string;
  /** Since the Unix epoch. */
  seconds: number;
}

export interface NewCommit {
  tree: ObjectId;
  parents: readonly ObjectId[];
  /** Author and committer. Name and email must be free of `<`, `>` and line breaks. */
  author: CommitIdentity;
  /** Without NUL; ends in a line break by git's custom. */
  message: string;
}

export interface DecodedCommit {
  tree: ObjectId;
  parents: ObjectId[];
  /** Since the Unix epoch; 0 when the commit holds no readable time, as git has it. */
  committerSeconds: number;
  message: string;
}

/** The contents of a commit object, its times in UTC. */
export function encodeCommit(commit: NewCommit): Buffer {
  const { name, email, seconds } = commit.author;
  const identity = `${name} <${email}> ${seconds} +0000`;
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${identity}`,
    `committer ${identity}`,
  ];
  return Buffer.from(`${lines.join('\n')}\n\n${commit.message}`, 'utf8');
}

const ID_FORM = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

function idFrom(text: string): ObjectId {
  if (!ID_FORM.test(text)) throw damaged('a commit refers to something that is not an object id');
  return text;
}

/**
 * Reads a commit object. Headers that piton does not use (`gpgsig`, `mergetag`, `encoding`…) are
 * passed over, with their continuation lines.
 * @throws {PitonError} `OBJECT_DAMAGED` when it has no tree or no committer, or a malformed id.
 */
export function decodeCommit(data: Buffer): DecodedCommit {
  const blank = data.indexOf('\n\n');
  const head = data.toString('utf8', 0, blank < 0 ? data.length : blank);
  let tree: ObjectId | undefined;
  let committer: string | undefined;
  const parents: ObjectId[] = [];
  for (const line of head.split('\n')) {
    const space = line.indexOf(' ');
    const value = line.slice(space + 1);
    const name = line.slice(0, Math.max(0, space));
    if (name === 'tree') tree ??= idFrom(value);
    else if (name === 'parent') parents.push(idFrom(value));
    else if (name === 'committer') committer ??= value;
  }
  if (tree === undefined) throw damaged('a commit has no tree');
  if (committer === undefined) throw damaged('a commit has no committer');
  const committerSeconds = Number(/> (\d{1,15}) [+-]\d+$/.exec(committer)?.[1] ?? 0);
  const message = blank < 0 ? '' : data.toString('utf8', blank + 2);
  return { tree, parents, committerSeconds, message };
}
