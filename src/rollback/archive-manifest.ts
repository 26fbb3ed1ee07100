import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { asBytePath, pathFromJson, pathToJson, type BytePath } from '../core/byte-path.js';
import type { JsonPath } from '../core/byte-path.js';
import { PitonError, systemErrorCode } from '../core/errors.js';
import { isId } from '../core/ids.js';
import { LIMITS } from '../core/limits.js';
import type { Durability, ObjectId } from '../core/types.js';
import { syncDirectory, writeAtomic } from '../disk/atomic-write.js';
import { AnchoredRoot } from '../disk/anchored-root.js';
import { readBounded } from '../disk/read.js';
import { ensureRealDirectory } from '../disk/real-directory.js';
import { assertSafeTreePath } from '../worktree/safe-names.js';
import { archivePath, type ArchiveKey } from './archive.js';

export type ArchivedKind = 'file' | 'link' | 'other';

/** One archived file: its name in the archive's `files` is its id. */
export interface ArchivedItem {
  id: number;
  /** The decision that declared it; null: nobody did, it changed after the decision. */
  decision_id: string | null;
  /** Where it was in the workspace. */
  path: BytePath;
  kind: ArchivedKind;
  /** Bytes. */
  size: number;
  /** The id of its contents as a git object; null when they cannot be read. */
  hash: ObjectId | null;
  /** Permission bits, in octal. */
  mode: string;
  /** ISO 8601. */
  modified_at: string;
}

/** A folder that was left empty, and so went. */
export interface ArchivedFolder {
  path: BytePath;
  /** Permission bits, in octal. */
  mode: string;
}

export interface ArchiveManifest {
  /** Sorted by id. */
  items: ArchivedItem[];
  folders: ArchivedFolder[];
}

const VERSION = 1;
const NAME = 'manifest.json';
/** Where it is written first: what a killed process leaves there is swept. */
const DRAFT = 'archive-manifest';

function formatArchiveManifest(key: ArchiveKey, manifest: ArchiveManifest): string {
  const plain = <T extends { path: BytePath }>(one: T): object => ({
    ...one,
    path: pathToJson(one.path),
  });
  const document = {
    version: VERSION,
    plan_id: key.planId,
    correction_id: key.correctionId,
    items: manifest.items.map(plain),
    folders: manifest.folders.map(plain),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function damaged(where: string, problem: string): PitonError {
  return new PitonError('STATE_DAMAGED', `the manifest ${where} is damaged: ${problem}`, {
    hint: "'piton doctor --repair' sets it aside; what is archived stays",
    details: { path: where, problem },
  });
}

type JsonOf<T> = { [K in keyof T]: K extends 'path' ? JsonPath : T[K] };

const HASH = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const OCTAL = /^[0-7]{1,4}$/;

function isItem(value: Partial<JsonOf<ArchivedItem>>): value is JsonOf<ArchivedItem> {
  const { id, decision_id: decision, kind, size, hash, mode, modified_at: at } = value;
  return (
    Number.isSafeInteger(id) &&
    Number(id) >= 0 &&
    (decision === null || (typeof decision === 'string' && isId(decision))) &&
    ['file', 'link', 'other'].includes(kind ?? '') &&
    Number.isSafeInteger(size) &&
    (hash === null || (typeof hash === 'string' && HASH.test(hash))) &&
    typeof mode === 'string' &&
    OCTAL.test(mode) &&
    typeof at === 'string'
  );
}

function isFolder(value: Partial<JsonOf<ArchivedFolder>>): value is JsonOf<ArchivedFolder> {
  return typeof value.mode === 'string' && OCTAL.test(value.mode);
}

function checkedList<T extends { path: JsonPath }>(
  list: unknown,
  isGood: (value: Partial<T>) => value is T,
): (Omit<T, 'path'> & { path: BytePath })[] {
  if (!Array.isArray(list)) throw new Error('a list is missing');
  return list.map((value: unknown) => {
    if (typeof value !== 'object' || value === null || !isGood(value)) {
      throw new Error('an entry is not as it should be');
    }
    const path = pathFromJson(value.path);
    assertSafeTreePath(path);
    return { ...value, path };
  });
}

function checkedManifest(
  value: Partial<Record<string, unknown>>,
  key: ArchiveKey,
): ArchiveManifest {
  if (value['plan_id'] !== key.planId || value['correction_id'] !== key.correctionId) {
    throw new Error('it belongs to another correction');
  }
  const items = checkedList<JsonOf<ArchivedItem>>(value['items'], isItem);
  if (new Set(items.map(({ id }) => id)).size < items.length) throw new Error('an id twice');
  return { items, folders: checkedList<JsonOf<ArchivedFolder>>(value['folders'], isFolder) };
}

/**
 * @throws {PitonError} `STATE_DAMAGED` when the text is not what `formatArchiveManifest` made, or
 * names a path that does not lie in a worktree; `UNSUPPORTED_FORMAT` for a newer version.
 */
function parseArchiveManifest(text: string, key: ArchiveKey, where: string): ArchiveManifest {
  let version: unknown;
  try {
    const value = JSON.parse(text) as Partial<Record<string, unknown>>;
    version = value['version'];
    if (version === VERSION) return checkedManifest(value, key);
  } catch (error) {
    throw damaged(where, (error as Error).message);
  }
  if (typeof version !== 'number' || version < VERSION) throw damaged(where, 'it has no version');
  throw new PitonError('UNSUPPORTED_FORMAT', `the manifest ${where} is of another version`, {
    hint: 'run the version of piton that wrote it',
    details: { path: where, expected: VERSION, found: version },
  });
}

/**
 * The manifest of an archive, reached through no link; null when there is none.
 * @throws {PitonError} `STATE_DAMAGED`, `UNSAFE_PATH`
 */
export function readArchiveManifest(stateDir: string, key: ArchiveKey): ArchiveManifest | null {
  const where = `${archivePath(key)}/${NAME}`;
  const root = AnchoredRoot.open(stateDir);
  try {
    const bytes = root.within(asBytePath(archivePath(key)), (folder) =>
      readBounded(folder.pathOf(asBytePath(NAME)), LIMITS.manifestBytes),
    );
    return bytes === null ? null : parseArchiveManifest(bytes.toString('utf8'), key, where);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  } finally {
    root.close();
  }
}

/** Writes the manifest of an archive whole, its folder made when it is not there. */
export function writeArchiveManifest(
  stateDir: string,
  key: ArchiveKey,
  manifest: ArchiveManifest,
  durability: Durability,
): void {
  const folder = ensureRealDirectory(stateDir, archivePath(key), durability);
  const draft = join(stateDir, DRAFT);
  writeAtomic(draft, formatArchiveManifest(key, manifest), { durability });
  renameSync(draft, join(folder, NAME));
  if (durability === 'full') syncDirectory(folder);
}

/** Removes the manifest of an archive that is empty. */
export function removeArchiveManifest(stateDir: string, key: ArchiveKey): void {
  const root = AnchoredRoot.open(stateDir);
  try {
    root.within(asBytePath(archivePath(key)), (folder) => folder.unlink(asBytePath(NAME)));
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  } finally {
    root.close();
  }
}
