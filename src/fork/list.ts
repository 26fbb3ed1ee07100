import { dirname, join } from 'node:path';
import { PitonError, systemErrorCode } from '../core/errors.js';
import { namesIn } from '../disk/names-in.js';
import { findRepository } from '../store/repository/discover.js';
import { readPathFile, realPath } from '../store/repository/git-dir.js';
import type { Repository, UserFiles } from '../store/repository-types.js';

function worktreeOf(gitDir: string, user: UserFiles): Repository | null {
  try {
    const gitFile = readPathFile(join(gitDir, 'gitdir'));
    const root = gitFile === null ? null : realPath(dirname(gitFile));
    const found = root === null ? null : findRepository(root, user);
    return found?.gitDir === gitDir ? found : null;
  } catch (error) {
    // One that is gone, or is broken, is git's to tell of and to prune.
    if (error instanceof PitonError || systemErrorCode(error) === 'ENOTDIR') return null;
    throw error;
  }
}

/** The linked worktrees of a repository that are in their places, in order of their names. */
export function linkedWorktrees(commonDir: string, user: UserFiles): Repository[] {
  const folder = join(commonDir, 'worktrees');
  return namesIn(folder)
    .sort()
    .map((name) => worktreeOf(join(folder, name), user))
    .filter((repository) => repository !== null);
}
