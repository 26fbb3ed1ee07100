import { join } from 'node:path';
import type { SyncAdapter } from 'lowdb';
import { asBytePath, type BytePath } from '../core/byte-path.js';
import { PitonError, systemErrorCode } from '../core/errors.js';
import type { Durability } from '../core/types.js';
import type { AnchoredDirectory } from '../disk/anchored-directory.js';
import { AnchoredRoot } from '../disk/anchored-root.js';
import { writeAtomic } from '../disk/atomic-write.js';
import { readBounded, readStart } from '../disk/read.js';
import { ensureRealDirectory } from '../disk/real-directory.js';
import { stateDamaged } from './damage.js';

/** A file in the state directory, or in a folder directly below it. */
export interface Place {
  stateDir: string;
  /** `''`: the state directory itself. */
  folder: string;
  name: string;
}

/** How a file's bytes become its data and back; `path` is for the errors. */
export interface Format<T> {
  maxBytes: number;
  parse: (bytes: Uint8Array, path: string) => T;
  format: (data: T) => Buffer;
}

function unlessMissing<T>(action: () => T): T | null {
  try {
    return action();
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function withFolder<T>(place: Omit<Place, 'name'>, use: (directory: AnchoredDirectory) => T): T {
  const root = AnchoredRoot.open(place.stateDir);
  try {
    return root.within(asBytePath(place.folder), use);
  } finally {
    root.close();
  }
}

/**
 * What `use` makes of the folder, which is reached through no link; null when there is none, or not
 * what `use` looks for in it.
 */
export function inFolder<T>(
  place: Omit<Place, 'name'>,
  use: (directory: AnchoredDirectory) => T,
): T | null {
  return unlessMissing(() => withFolder(place, use));
}

export function pathOfPlace({ stateDir, folder, name }: Place): string {
  return join(stateDir, folder, name);
}

/** A path for `node:fs`: as text, since state directories and the names in them are text. */
function pathIn(directory: AnchoredDirectory, name: string): string {
  return directory.pathOf(name as BytePath).toString();
}

function read<T>(place: Place, { parse, maxBytes }: Format<T>): T | null {
  const path = pathOfPlace(place);
  const bytes = inFolder(place, (directory) => {
    try {
      return readBounded(pathIn(directory, place.name), maxBytes);
    } catch (error) {
      // Its path is one through a descriptor, which means nothing to anybody else.
      if (!(error instanceof PitonError)) throw error;
      throw stateDamaged(path, `not a regular file of at most ${maxBytes} bytes`);
    }
  });
  return bytes === null ? null : parse(bytes, path);
}

/** The first `bytes` bytes of a file in the state directory; null when they cannot be had. */
export function readStartOf(place: Place, bytes: number): Buffer | null {
  return inFolder(place, (directory) => {
    try {
      return readStart(pathIn(directory, place.name), bytes);
    } catch {
      // Reading it whole tells what is wrong.
      return null;
    }
  });
}

function write(place: Place, bytes: Buffer, durability: Durability): void {
  const { stateDir, folder, name } = place;
  const written = unlessMissing(() => {
    if (folder !== '') ensureRealDirectory(stateDir, folder, durability);
    return withFolder(place, (directory) => {
      writeAtomic(pathIn(directory, name), bytes, { durability });
      return true;
    });
  });
  if (written !== null) return;
  throw new PitonError('WORKSPACE_MISSING', `${stateDir} is not there`, {
    hint: "prepare the workspace with 'piton init'",
  });
}

/** lowdb's own adapters neither bound what they read, nor refuse links, nor flush to the disk. */
export function stateFile<T>(
  place: Place,
  format: Format<T>,
  durability: Durability,
): SyncAdapter<T> {
  return {
    read: () => read(place, format),
    write: (data) => {
      write(place, format.format(data), durability);
    },
  };
}
