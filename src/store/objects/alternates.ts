import { realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { systemErrorCode } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import { readBounded } from '../../disk/read.js';

const NOT_USABLE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'ENAMETOOLONG']);

/** The real path of a folder that can be reached, or null. */
function realFolder(path: string): string | null {
  if (path.includes('\0')) return null;
  try {
    const real = realpathSync(path);
    return statSync(real).isDirectory() ? real : null;
  } catch (error) {
    if (NOT_USABLE.has(systemErrorCode(error) ?? '')) return null;
    throw error;
  }
}

function alternatesIn(objectsDir: string): string[] {
  const contents = readBounded(join(objectsDir, 'info/alternates'), LIMITS.alternatesFileBytes);
  const lines = contents?.toString('utf8').split('\n') ?? [];
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

/**
 * The objects folder itself, then those it borrows from through `info/alternates`
 * (gitrepository-layout), each once. Names that lead to no folder are passed over, as git does.
 * @throws {PitonError} `STATE_DAMAGED` when an `info/alternates` is not a bounded regular file.
 */
export function objectsFolders(objectsDir: string): string[] {
  const found = [objectsDir];
  const seen = new Set([realFolder(objectsDir)]);
  let level = found.slice();
  for (let depth = 0; depth < LIMITS.alternateDepth; depth++) {
    const next: string[] = [];
    for (const folder of level) {
      for (const line of alternatesIn(folder)) {
        const real = realFolder(resolve(folder, line));
        if (real === null || seen.has(real) || found.length >= LIMITS.alternates) continue;
        seen.add(real);
        found.push(real);
        next.push(real);
      }
    }
    level = next;
  }
  return found;
}
