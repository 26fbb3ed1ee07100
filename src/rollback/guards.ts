import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PitonError, systemErrorCode } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import { readBounded } from '../disk/read.js';
import type { Repository } from '../store/repository-types.js';

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

function worktreeGitDirs(commonDir: string): string[] {
  const folder = join(commonDir, 'worktrees');
  try {
    return [commonDir, ...readdirSync(folder).map((name) => join(folder, name))];
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [commonDir];
    throw error;
  }
}

/**
 * A branch that another worktree has checked out would move away under it.
 * @throws {PitonError} `OPERATION_IN_PROGRESS`
 */
export function assertNotCheckedOutElsewhere(ref: string, repository: Repository): void {
  for (const gitDir of worktreeGitDirs(repository.commonDir)) {
    if (gitDir === repository.gitDir) continue;
    const head = readBounded(join(gitDir, 'HEAD'), LIMITS.gitFileBytes)?.toString('utf8').trim();
    if (head !== `ref: ${ref}`) continue;
    throw new PitonError('OPERATION_IN_PROGRESS', `${ref} is checked out in another worktree`, {
      hint: 'roll back without --head, or switch that worktree to another branch first',
      details: { ref, git_dir: gitDir },
    });
  }
}
