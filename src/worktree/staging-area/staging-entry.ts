import type { BytePath } from '../../core/byte-path.js';
import { PitonError } from '../../core/errors.js';
import type { HashAlgorithm, ObjectId } from '../../core/types.js';

/** One entry of the staging area, without the stat data that git keeps beside it. */
export interface StagingEntry {
  /** A folder of a sparse staging area ends in `/`. */
  readonly path: BytePath;
  readonly mode: number;
  readonly oid: ObjectId;
  /** 0, or 1 to 3 for the base, our and their side of a conflict. */
  readonly stage: number;
  readonly assumeValid: boolean;
  readonly skipWorktree: boolean;
  readonly intentToAdd: boolean;
}

export const HASH_BYTES: Readonly<Record<HashAlgorithm, number>> = { sha1: 20, sha256: 32 };

/** The error for a file of the staging area that is not as git writes it. */
export function damagedArea(file: string, problem: string): PitonError {
  return new PitonError('STATE_DAMAGED', `the staging area's file ${file} is damaged: ${problem}`, {
    hint: `move ${file} in the git folder aside and run 'git reset' to make a new one from HEAD`,
    details: { path: file },
  });
}

/** The error for a file that a newer git may read. */
export function unsupportedArea(file: string, problem: string): PitonError {
  return new PitonError('UNSUPPORTED_REPOSITORY', `the staging area's file ${file} ${problem}`, {
    hint: "have git write it again in a form that piton knows, with 'git update-index'",
    details: { path: file },
  });
}
