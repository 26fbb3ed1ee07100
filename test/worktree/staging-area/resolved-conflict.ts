import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { git, tryGit } from '../../helpers/git.js';

/**
 * Leaves the given files in conflict with the branch `other` and then resolved, in the staging area
 * of a repository, outside any merge. `isAdded`: neither side had them before.
 */
export function resolveConflict(
  root: string,
  paths: readonly string[],
  { isAdded = false } = {},
): void {
  const fill = (text: string): void => {
    for (const path of paths) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), `${text} ${path}\n`);
    }
    git(root, 'add', '.');
  };
  const commit = (text: string): void => {
    git(root, 'commit', '-q', '--allow-empty', '-m', text);
  };
  if (!isAdded) fill('base');
  commit('base');
  git(root, 'checkout', '-q', '-b', 'other');
  fill('theirs');
  commit('theirs');
  git(root, 'checkout', '-q', '-');
  fill('ours');
  commit('ours');
  if (tryGit(root, ['cherry-pick', '-n', 'other']).status === 0) throw new Error('no conflict');
  fill('resolved');
}

/** Lets git forget the branch `other` and all that nothing else holds. */
export function forgetOther(root: string): void {
  git(root, 'branch', '-q', '-D', 'other');
  git(root, 'reflog', 'expire', '--all', '--expire=now');
  git(root, 'gc', '-q', '--prune=now');
}
