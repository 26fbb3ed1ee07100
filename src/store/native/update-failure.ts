import { join } from 'node:path';
import { PitonError } from '../../core/errors.js';
import { baseOfRef } from '../repository/loose-refs.js';
import type { RefPlace } from '../repository/loose-refs.js';
import { refConflict, refDamaged, refLocked } from '../repository/ref-errors.js';

const LOCKED =
  /(?:cannot lock ref '(.*)': )?Unable to create '.*?(packed-refs|HEAD)?\.lock': File exists/;
const TABLES_LOCKED = /cannot lock references/;
const IN_THE_WAY = /'([^']*)' exists; cannot create '(.*)'/;
const BAD_PACKED_REFS = /un(?:expected|terminated) line in .*packed-refs/;
const BROKEN = /ignoring (?:broken ref|ref with broken name) (.*)$/m;

/** The error of a failed git command about refs, in the words of both engines. */
export function refFailure(error: unknown, place: RefPlace): unknown {
  if (!(error instanceof PitonError) || error.code !== 'GIT_FAILED') return error;
  const said = String(error.details['stderr']);
  const lock = LOCKED.exec(said);
  if (lock !== null) return lockedRef(lock[1] ?? lock[2] ?? 'a ref', place);
  if (TABLES_LOCKED.test(said)) return lockedRef('reftable/tables.list', place);
  const [, other, name] = IN_THE_WAY.exec(said) ?? [];
  if (other !== undefined && name !== undefined) return refConflict(name, other);
  return BAD_PACKED_REFS.test(said) ? refDamaged('packed-refs', 'has a bad line') : error;
}

/** Git names the lock as it sees it, which is not where it is: see `isolateRepository`. */
function lockedRef(name: string, place: RefPlace): PitonError {
  return refLocked(name, join(baseOfRef(place, name), `${name}.lock`));
}

/** @throws {PitonError} `STATE_DAMAGED` when git passed over a ref because it was none */
export function assertNothingIgnored(stderr: string): void {
  const name = BROKEN.exec(stderr)?.[1];
  if (name !== undefined) throw refDamaged(name, 'was passed over by git, being damaged');
}
