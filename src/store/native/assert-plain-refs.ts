import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { looseRefs, readLooseRef } from '../repository/loose-refs.js';
import type { RefPlace } from '../repository/loose-refs.js';
import { refDamaged, refUnsafe } from '../repository/ref-errors.js';

/** As git's SYMREF_MAXDEPTH. */
const MAX_DEPTH = 5;

/**
 * Git follows links among the refs, waits for FIFOs, and takes damage for absence in some places.
 * So what git is about to look at is looked at before.
 * @throws {PitonError} `UNSAFE_PATH` for links and special files, `STATE_DAMAGED` for other files
 * that are no refs
 */
export function assertPlainRef(place: RefPlace, name: string): void {
  assertPlainPackedRefs(place);
  let at = name;
  for (let depth = 0; depth <= MAX_DEPTH; depth += 1) {
    const value = readLooseRef(place, at);
    if (value?.kind !== 'symbolic') return;
    at = value.target;
  }
  throw refDamaged(name, 'goes through too many symbolic refs');
}

/** As `assertPlainRef`, for all refs whose names begin with `prefix`. */
export function assertPlainRefs(place: RefPlace, prefix: string): void {
  assertPlainPackedRefs(place);
  for (const [name, { kind }] of looseRefs(place, prefix)) {
    if (kind === 'symbolic') assertPlainRef(place, name);
  }
}

function assertPlainPackedRefs({ commonDir }: RefPlace): void {
  const path = join(commonDir, 'packed-refs');
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() === false) throw refUnsafe('packed-refs', path);
}
