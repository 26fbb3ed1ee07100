import { lstatSync, readdirSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { PitonError } from '../core/errors.js';
import { isGitDirectory, realPath } from '../store/repository/git-dir.js';

function usage(message: string, hint: string, path: string): PitonError {
  return new PitonError('USAGE', message, { hint, details: { path } });
}

/** In a worktree a fork would be captured with it, and in a git dir be in git's way. */
function assertOutside(path: string): void {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const hasGit = lstatSync(join(folder, '.git'), { throwIfNoEntry: false }) !== undefined;
    if (hasGit || isGitDirectory(folder)) {
      throw new PitonError('UNSAFE_WORKSPACE', `${path} is inside the repository at ${folder}`, {
        hint: 'name a folder outside of every repository, such as ../attempt',
        details: { path, repository: folder },
      });
    }
    if (dirname(folder) === folder) return;
  }
}

/**
 * The real path of a place where a fork can be made: free or an empty folder, in a folder that is
 * there.
 * @throws {PitonError} `USAGE` when it is not; `UNSAFE_WORKSPACE` inside a repository
 */
export function destinationOf(directory: string): string {
  if (!isAbsolute(directory)) {
    throw usage(
      'the fork must be named by an absolute path',
      'use path.resolve() on it first',
      directory,
    );
  }
  const parent = realPath(dirname(directory));
  const stat = parent === null ? undefined : lstatSync(parent);
  if (parent === null || stat?.isDirectory() !== true) {
    throw usage(`there is no folder ${dirname(directory)}`, 'make it first', directory);
  }
  const path = join(parent, basename(directory));
  const there = lstatSync(path, { throwIfNoEntry: false });
  const isFree = there === undefined || (there.isDirectory() && readdirSync(path).length === 0);
  if (!isFree) {
    throw usage(
      `${path} is there and is not an empty folder`,
      'name a folder that is not there yet',
      path,
    );
  }
  assertOutside(path);
  return path;
}
