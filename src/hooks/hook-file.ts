import { lstatSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { bytePathFromText, nameOf, parentOf, ROOT } from '../core/byte-path.js';
import { PitonError, systemErrorCode } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import { AnchoredRoot } from '../disk/anchored-root.js';
import type { AnchoredDirectory } from '../disk/anchored-directory.js';
import { writeAtomic } from '../disk/atomic-write.js';
import { readBounded } from '../disk/read.js';
import { ensureRealDirectory } from '../disk/real-directory.js';

/** A file that holds hooks: below a folder that is trusted, and reached through no link. */
export interface HookPlace {
  /** Absolute and real. */
  base: string;
  /** From there, `/` between names. */
  below: string;
}

export interface HookFile {
  /** One character a byte (latin1). */
  text: string;
  /** Permission bits. */
  mode: number;
}

export function pathOfPlace({ base, below }: HookPlace): string {
  return join(base, below);
}

/**
 * The file at a place, or null when there is none.
 * @throws {PitonError} `UNSAFE_PATH` when it, or a folder on the way, is a link or something else
 */
export function readHookFile(place: HookPlace): HookFile | null {
  return inFolder(place, null, (folder, name) => {
    const stat = folder.lstat(name);
    if (stat === null) return null;
    assertPlainFile(stat, place);
    const bytes = readBounded(folder.pathOf(name), LIMITS.hookFileBytes);
    if (bytes === null) return null;
    return { text: bytes.toString('latin1'), mode: Number(stat.mode) & 0o7777 };
  });
}

/** How many folders on the way to a place are not there yet. */
export function missingFolders({ base, below }: HookPlace): number {
  const names = below.split('/').slice(0, -1);
  const isThere = (count: number): boolean =>
    lstatSync(join(base, ...names.slice(0, count)), { throwIfNoEntry: false }) !== undefined;
  return names.filter((_, index) => !isThere(index + 1)).length;
}

/**
 * Makes the file at a place what it is to be: `null` for no file, nor for so many folders
 * above it, if they are empty then. `before` is what was read.
 * @throws {PitonError} `IO_FAILED` when somebody else has changed it since
 */
export function writeHookFile(
  place: HookPlace,
  before: HookFile | null,
  after: HookFile | null,
  madeFolders: number,
): void {
  const now = readHookFile(place);
  if (now?.text !== before?.text) {
    throw new PitonError('IO_FAILED', `${pathOfPlace(place)} was changed just now`, {
      hint: 'run the command again',
      details: { path: pathOfPlace(place) },
    });
  }
  const parent = parentOf(bytePathFromText(place.below));
  if (after !== null && parent !== ROOT) {
    ensureRealDirectory(place.base, Buffer.from(parent, 'latin1').toString(), 'fast');
  }
  inFolder(place, undefined, (folder, name) => {
    if (after === null) {
      folder.unlink(name);
      return;
    }
    // Through the folder's own descriptor, so that no link can come in between.
    const path = folder.pathOf(name).toString();
    writeAtomic(path, Buffer.from(after.text, 'latin1'), { mode: after.mode, durability: 'fast' });
  });
  if (after === null) removeEmptyFolders(place, madeFolders);
}

function removeEmptyFolders({ base, below }: HookPlace, count: number): void {
  if (count === 0 || !below.includes('/')) return;
  const folder = { base, below: below.slice(0, below.lastIndexOf('/')) };
  try {
    inFolder(folder, undefined, (parent, name) => {
      parent.rmdir(name);
    });
  } catch (error) {
    if (systemErrorCode(error) === 'ENOTEMPTY') return;
    throw error;
  }
  removeEmptyFolders(folder, count - 1);
}

function inFolder<T>(
  { base, below }: HookPlace,
  absent: T,
  use: (folder: AnchoredDirectory, name: ReturnType<typeof nameOf>) => T,
): T {
  if (lstatSync(base, { throwIfNoEntry: false }) === undefined) return absent;
  const path = bytePathFromText(below);
  const root = AnchoredRoot.open(base);
  try {
    return root.within(parentOf(path), (folder) => use(folder, nameOf(path)));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return absent;
    throw error;
  } finally {
    root.close();
  }
}

function assertPlainFile(stat: BigIntStats, place: HookPlace): void {
  if (stat.isFile()) return;
  const path = pathOfPlace(place);
  const what = stat.isSymbolicLink() ? 'a link' : 'not a plain file';
  throw new PitonError('UNSAFE_PATH', `${path} is ${what}; piton does not write through it`, {
    hint: 'put a plain file in its place, or add the hook where the link leads to by hand',
    details: { path },
  });
}
