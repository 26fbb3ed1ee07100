import { createHash } from 'node:crypto';
import { asBytePath, compareBytes, type BytePath } from '../../core/byte-path.js';
import { MODE, type HashAlgorithm, type ObjectId } from '../../core/types.js';
import { EntryReader } from './entry-reader.js';
import { decodeEwah } from './ewah.js';
import { readResolveUndo, type ResolvedSide } from './resolve-undo.js';
import { damagedArea, HASH_BYTES, unsupportedArea, type StagingEntry } from './staging-entry.js';

/** What a split index changes in the file it shares its entries with. */
interface SplitLink {
  /** Two bitmaps over the shared entries: those to delete, and those to replace. */
  readonly bitmaps: Buffer;
  /** Entries without a name, one for each bit of the second bitmap. */
  readonly replacements: readonly StagingEntry[];
}

/** The contents of git's index file. */
export interface StagingArea {
  readonly algorithm: HashAlgorithm;
  /** Sorted by path, then stage. While `splitBase` is set, only what this file adds itself. */
  readonly entries: readonly StagingEntry[];
  /** Set when the entries are to be had from `sharedindex.<splitBase>`; see `resolveSplit`. */
  readonly splitBase: ObjectId | null;
  /** Folders that stand for all files below them, in a sparse index; without the final `/`. */
  readonly sparseDirectories: readonly BytePath[];
  /** What conflicts were made of that have been resolved since the last commit. */
  readonly resolved: readonly ResolvedSide[];
  readonly link: SplitLink | null;
}

const HEADER_BYTES = 12;
const SIGNATURE = 'DIRC';
const VERSIONS = [2, 3, 4];
const OPTIONAL_EXTENSION = /^[A-Z]/;

/** Extensions that must be understood, and are. */
const UNDERSTOOD = ['link', 'sdir'];

/** The file's checksum, which is all zeros where `index.skipHash` left it out. */
function checkChecksum(bytes: Buffer, algorithm: HashAlgorithm, file: string): void {
  const end = bytes.length - HASH_BYTES[algorithm];
  const stored = bytes.subarray(end);
  if (stored.every((byte) => byte === 0)) return;
  const computed = createHash(algorithm).update(bytes.subarray(0, end)).digest();
  if (!computed.equals(stored)) throw damagedArea(file, 'its checksum is wrong');
}

/**
 * @throws `STATE_DAMAGED` unless the entries come in git's order, each once. A merged entry beside
 * stages of a conflict makes no sense, but git's plumbing can write it and git reads it.
 */
function checkOrder(entries: readonly StagingEntry[], file: string): void {
  let previous: StagingEntry | undefined;
  for (const entry of entries) {
    if (previous !== undefined && previous.path >= entry.path) {
      if (previous.path !== entry.path || previous.stage >= entry.stage) {
        throw damagedArea(file, 'its entries are not in order');
      }
    }
    previous = entry;
  }
}

function readExtensions(bytes: Buffer, start: number, end: number, file: string): Extension[] {
  const extensions: Extension[] = [];
  for (let at = start; at < end;) {
    const from = at;
    const signature = bytes.toString('latin1', at, at + 4);
    const dataAt = at + 8;
    at = dataAt + bytes.readUInt32BE(at + 4);
    if (at > end) throw damagedArea(file, 'it ends within an extension');
    extensions.push({ signature, from, to: at, data: bytes.subarray(dataAt, at) });
  }
  return extensions;
}

function sparseDirectoriesOf(entries: readonly StagingEntry[]): BytePath[] {
  return entries
    .filter(({ mode }) => mode === MODE.directory)
    .map(({ path }) => asBytePath(path.replace(/\/$/, '')));
}

/** A part of the file that comes after the entries; `from` and `to` are offsets of all of it. */
interface Extension {
  signature: string;
  from: number;
  to: number;
  data: Buffer;
}

interface Contents {
  entries: StagingEntry[];
  extensions: Extension[];
}

/**
 * The parts of git's index file as they stand in it. Source: gitformat-index(5).
 * @throws {PitonError} `STATE_DAMAGED` (also for a wrong checksum), or `UNSUPPORTED_REPOSITORY` for
 * a version that is not known.
 */
export function readContents(bytes: Buffer, algorithm: HashAlgorithm, file: string): Contents {
  const hashBytes = HASH_BYTES[algorithm];
  const end = bytes.length - hashBytes;
  if (end < HEADER_BYTES) throw damagedArea(file, 'it is too short');
  if (bytes.toString('latin1', 0, 4) !== SIGNATURE) throw damagedArea(file, 'it is no index file');
  checkChecksum(bytes, algorithm, file);
  const version = bytes.readUInt32BE(4);
  if (!VERSIONS.includes(version)) throw unsupportedArea(file, `has version ${version}`);
  const count = bytes.readUInt32BE(8);
  const reader = new EntryReader(bytes, HEADER_BYTES, { version, hashBytes, end, file });
  const entries: StagingEntry[] = [];
  while (entries.length < count) entries.push(reader.read());
  return { entries, extensions: readExtensions(bytes, reader.offset, end, file) };
}

function splitBaseOf(data: Buffer, hashBytes: number, file: string): ObjectId | null {
  if (data.length < hashBytes) throw damagedArea(file, 'its link is too short');
  const base = data.toString('hex', 0, hashBytes);
  return /^0+$/.test(base) ? null : base;
}

/**
 * Reads git's index file, whose name `file` is for errors only. Versions 2 to 4.
 * Source: gitformat-index(5).
 * @throws {PitonError} `STATE_DAMAGED` (also for a wrong checksum), or `UNSUPPORTED_REPOSITORY` for
 * a version or an extension that must be understood and is not.
 */
export function readStagingArea(
  bytes: Buffer,
  algorithm: HashAlgorithm,
  file = 'index',
): StagingArea {
  const { entries: all, extensions } = readContents(bytes, algorithm, file);
  for (const { signature } of extensions) {
    if (OPTIONAL_EXTENSION.test(signature) || UNDERSTOOD.includes(signature)) continue;
    throw unsupportedArea(file, `has the extension ${JSON.stringify(signature)}`);
  }
  const data = extensions.find(({ signature }) => signature === 'link')?.data;
  const hashBytes = HASH_BYTES[algorithm];
  const splitBase = data === undefined ? null : splitBaseOf(data, hashBytes, file);
  const named = splitBase === null ? 0 : all.findIndex(({ path }) => path !== '');
  const entries = named < 0 ? [] : all.slice(named);
  checkOrder(entries, file);
  if (entries.some(({ path }) => path === '')) throw damagedArea(file, 'an entry has no name');
  const link =
    data === undefined || splitBase === null
      ? null
      : {
          bitmaps: data.subarray(hashBytes),
          replacements: all.slice(0, all.length - entries.length),
        };
  const sparseDirectories = sparseDirectoriesOf(entries);
  const resolveUndo = extensions.find(({ signature }) => signature === 'REUC')?.data;
  const resolved = resolveUndo === undefined ? [] : readResolveUndo(resolveUndo, algorithm, file);
  return { algorithm, entries, splitBase, sparseDirectories, resolved, link };
}

interface SharedChanges {
  deleted: ReadonlySet<number>;
  replaced: readonly number[];
}

/** Which of `count` shared entries a split index deletes and replaces. */
function readChanges({ bitmaps }: SplitLink, count: number): SharedChanges {
  if (bitmaps.length === 0) return { deleted: new Set(), replaced: [] };
  const deleted = decodeEwah(bitmaps, 0, count);
  const replaced = deleted === null ? null : decodeEwah(bitmaps, deleted.end, count);
  if (deleted === null || replaced === null || replaced.end !== bitmaps.length) {
    throw damagedArea('index', 'its link to the shared file makes no sense');
  }
  return { deleted: new Set(deleted.positions), replaced: replaced.positions };
}

function replacedEntries(
  shared: readonly StagingEntry[],
  { deleted, replaced }: SharedChanges,
  replacements: readonly StagingEntry[],
): StagingEntry[] {
  if (replaced.length !== replacements.length || replaced.some((at) => deleted.has(at))) {
    throw damagedArea('index', 'what it replaces in the shared file makes no sense');
  }
  const byPosition = new Map(replaced.map((at, index) => [at, replacements[index]]));
  return shared
    .map((entry, at) => ({ ...entry, ...byPosition.get(at), path: entry.path }))
    .filter((_, at) => !deleted.has(at));
}

/**
 * A split index together with `shared`, the bytes of `sharedindex.<splitBase>`, as if it had never
 * been split. An area that is not split comes back as it is.
 * @throws {PitonError} as `readStagingArea` does, also when the two files do not fit together.
 */
export function resolveSplit(area: StagingArea, shared: Buffer): StagingArea {
  const { algorithm, splitBase, resolved, link } = area;
  if (splitBase === null || link === null) return area;
  const file = `sharedindex.${splitBase}`;
  const base = readStagingArea(shared, algorithm, file);
  const checksum = shared.toString('hex', shared.length - HASH_BYTES[algorithm]);
  if (checksum !== splitBase || base.splitBase !== null) {
    throw damagedArea(file, 'it is not the file that the index was split from');
  }
  const changes = readChanges(link, base.entries.length);
  const entries = [
    ...replacedEntries(base.entries, changes, link.replacements),
    ...area.entries,
  ].sort((left, right) => compareBytes(left.path, right.path) || left.stage - right.stage);
  checkOrder(entries, 'index');
  const sparseDirectories = sparseDirectoriesOf(entries);
  return { algorithm, entries, splitBase: null, sparseDirectories, resolved, link: null };
}
