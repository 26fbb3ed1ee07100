import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { PitonError } from '../core/errors.js';

/** What git leaves in the git dir while it is in the middle of something. */
const OPERATION_BY_FILE = {
  MERGE_HEAD: 'merge',
  'rebase-merge': 'rebase',
  'rebase-apply': 'rebase',
  CHERRY_PICK_HEAD: 'cherry-pick',
  REVERT_HEAD: 'revert',
} as const;

/**
 * Refuses while git is in the middle of a merge, rebase, cherry-pick or revert: its notes are not
 * in the checkpoint and would not go back with the files.
 * @throws {PitonError} `OPERATION_IN_PROGRESS`
 */
export function assertNoOperationInProgress(gitDir: string): void {
  for (const [file, operation] of Object.entries(OPERATION_BY_FILE)) {
    if (lstatSync(join(gitDir, file), { throwIfNoEntry: false }) === undefined) continue;
    throw new PitonError('OPERATION_IN_PROGRESS', `a ${operation} is in progress`, {
      hint: `finish it or run 'git ${operation} --abort' first, or use --force to roll back anyway`,
      details: { operation },
    });
  }
}
