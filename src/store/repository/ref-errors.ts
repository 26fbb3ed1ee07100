import { PitonError } from '../../core/errors.js';
import type { HeadState, ObjectId } from '../../core/types.js';

/** A ref, or HEAD, does not stand where the caller said it must. */
export function refMismatch(
  ref: string,
  expected: ObjectId | HeadState | null,
  found: ObjectId | HeadState | null,
): PitonError {
  return new PitonError('GIT_FAILED', `${ref} is not where it was expected`, {
    hint: 'another process moved it meanwhile; try again',
    details: { ref, expected, found },
  });
}

/** A ref cannot be made because the name of another one is a folder in its name, or below it. */
export function refConflict(ref: string, other: string): PitonError {
  return new PitonError('GIT_FAILED', `${ref} cannot be beside ${other}`, {
    hint: `delete or rename ${other} first`,
    details: { ref, conflicts_with: other },
  });
}

/** Another process has held a lock for longer than the engine waits. */
export function refLocked(ref: string, lockFile: string): PitonError {
  return new PitonError('LOCKED', `${ref} is locked by another process`, {
    hint: `try again; if no git is running, remove ${lockFile}`,
    details: { ref, lock_file: lockFile },
  });
}

/** What stands in place of a ref is none. */
export function refDamaged(ref: string, problem: string): PitonError {
  return new PitonError('STATE_DAMAGED', `the ref ${ref} ${problem}`, {
    hint: 'see what `git fsck` says; delete the ref if nothing needs it',
    details: { ref },
  });
}

/** A link or special file among the refs, through which piton does not go. */
export function refUnsafe(ref: string, path: string): PitonError {
  return new PitonError('UNSAFE_PATH', `${path} is a link or a special file`, {
    hint: 'piton follows no link among the refs; remove it',
    details: { ref, path },
  });
}
