import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { systemErrorCode } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import { expandHome } from './expand-home.js';
import { readGitFile } from './read-git-file.js';
import { wildmatch } from './wildmatch.js';

export interface ConfigContext {
  /** The user's home folder, for `~/`. */
  home: string;
  /** The worktree's own git dir, which conditions ask about; null outside a repository. */
  gitDir: string | null;
}

const BRANCH_HEAD = /^ref:\s*refs\/heads\/(\S+)/;

/**
 * Whether the condition of an `includeIf.<condition>.path` holds. Known are `gitdir:`, `gitdir/i:`
 * and `onbranch:`; others do not hold. Rules: git-config(1), "Conditional includes".
 */
export function includeHolds(condition: string, file: string, context: ConfigContext): boolean {
  const separator = condition.indexOf(':');
  const kind = condition.slice(0, separator);
  const pattern = condition.slice(separator + 1);
  if (context.gitDir === null || condition.length > LIMITS.pathBytes) return false;
  if (kind === 'gitdir') return gitDirMatches(pattern, file, context.gitDir, context.home, false);
  if (kind === 'gitdir/i') return gitDirMatches(pattern, file, context.gitDir, context.home, true);
  if (kind === 'onbranch') return branchMatches(pattern, context.gitDir);
  return false;
}

function gitDirMatches(
  pattern: string,
  file: string,
  gitDir: string,
  home: string,
  ignoreCase: boolean,
): boolean {
  // A part that was put in front is matched letter for letter, so that `*` in a folder's name
  // stands for itself.
  let literal = '';
  let rest = expandHome(pattern, realPath(home)) ?? pattern;
  if (rest.startsWith('./')) {
    literal = `${dirname(realPath(file))}/`;
    rest = rest.slice(2);
  } else if (!isAbsolute(rest)) {
    rest = `**/${rest}`;
  }
  if (rest.endsWith('/')) rest += '**';
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  return [realPath(gitDir), gitDir].some(
    (path) =>
      fold(path).startsWith(fold(literal)) &&
      wildmatch(rest, path.slice(literal.length), { ignoreCase }),
  );
}

function branchMatches(pattern: string, gitDir: string): boolean {
  const head = readGitFile(join(gitDir, 'HEAD'), LIMITS.gitFileBytes)?.toString() ?? '';
  const branch = BRANCH_HEAD.exec(head)?.[1];
  if (branch === undefined) return false;
  return wildmatch(pattern.endsWith('/') ? `${pattern}**` : pattern, branch);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return path;
    throw error;
  }
}
