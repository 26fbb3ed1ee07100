import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../core/clock.js';
import { processExists } from '../../disk/process-identity.js';
import { namesIn } from './pack-catalog.js';
import { removeFile } from '../../disk/remove-file.js';

/** Whatever starts like this in a folder of objects, `git prune` sweeps too (builtin/prune.c). */
type TempKind = 'tmp_obj' | 'tmp_pack' | 'tmp_idx';

const TEMP_NAME = /^tmp_(?:obj|pack|idx)_piton_([1-9]\d{0,9})_[0-9a-f]{16}$/;
const FOLDER_OF_OBJECTS = /^(?:[0-9a-f]{2}|pack)$/;

/** A new name in `folder` that tells `sweepObjectTemps` the process it belongs to. */
export function objectTempPath(folder: string, kind: TempKind): string {
  return join(folder, `${kind}_piton_${process.pid}_${randomBytes(8).toString('hex')}`);
}

/** A temporary file that nobody will write to any more. */
export interface StaleTemp {
  path: string;
  bytes: number;
}

/**
 * The temporary files that dead processes of piton left among the objects. A process of another
 * host or container looks dead from here, so that only files not written to for `olderThanMs` are
 * told.
 */
export function staleObjectTemps(
  objectsDir: string,
  olderThanMs: number,
  clock: Clock,
): StaleTemp[] {
  const before = clock.now() - olderThanMs;
  const stale: StaleTemp[] = [];
  for (const entry of readdirSync(objectsDir, { withFileTypes: true })) {
    if (!entry.isDirectory() || !FOLDER_OF_OBJECTS.test(entry.name)) continue;
    const folder = join(objectsDir, entry.name);
    for (const name of namesIn(folder)) {
      const pid = TEMP_NAME.exec(name)?.[1];
      if (pid === undefined || processExists(Number(pid))) continue;
      const path = join(folder, name);
      const stat = lstatSync(path, { throwIfNoEntry: false });
      if (stat?.isFile() !== true || stat.mtimeMs > before) continue;
      stale.push({ path, bytes: stat.size });
    }
  }
  return stale;
}

export interface SweptTemps {
  files: number;
  bytes: number;
}

/** Removes `staleObjectTemps`. */
export function sweepObjectTemps(
  objectsDir: string,
  olderThanMs: number,
  clock: Clock,
): SweptTemps {
  const swept: SweptTemps = { files: 0, bytes: 0 };
  for (const { path, bytes } of staleObjectTemps(objectsDir, olderThanMs, clock)) {
    removeFile(path);
    swept.files++;
    swept.bytes += bytes;
  }
  return swept;
}
