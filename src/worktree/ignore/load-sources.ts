import { closeSync, readSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bytePathFromText } from '../../core/byte-path.js';
import { systemErrorCode, PitonError } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import type { Warning } from '../../core/types.js';
import { readBounded } from '../../disk/read.js';
import type { Repository, UserFiles } from '../../store/repository-types.js';
import { openInPlace } from '../stable-read.js';
import type { IgnoreSources } from './ignore-rules.js';

const EXCLUDES_FILE = 'core.excludesfile';

export interface LoadedIgnoreSources {
  readonly sources: IgnoreSources;
  /** Sources that exist and could not be used. */
  readonly warnings: readonly Warning[];
}

interface ExcludesFile {
  path: string;
  /** Whether the user or the machine named it, so that it may lie anywhere and be a link. */
  trusted: boolean;
}

/**
 * The rules that git's configuration and files outside the worktree give: `piton.exclude`,
 * `core.ignoreCase`, `<commonDir>/info/exclude` and the file of `core.excludesFile` (by default
 * `<configHome>/git/ignore`, relative paths from the worktree's root).
 *
 * The repository's own configuration is hostile and what is read here ends up in checkpoints, so a
 * `core.excludesFile` that it sets is read only inside the workspace and not through links.
 */
export function loadIgnoreSources(repository: Repository, user: UserFiles): LoadedIgnoreSources {
  const { config, commonDir } = repository;
  const warnings: Warning[] = [];
  const sources = {
    exclude: config.getAll('piton.exclude').map(bytePathFromText),
    infoExclude: readRepositoryFile(join(commonDir, 'info', 'exclude'), warnings),
    excludesFile: readExcludesFile(repository, user, warnings),
    ignoreCase: config.getBoolean('core.ignorecase') ?? false,
  };
  return { sources, warnings };
}

function readExcludesFile(
  repository: Repository,
  user: UserFiles,
  warnings: Warning[],
): Buffer | null {
  const file = findExcludesFile(repository, user, warnings);
  if (file === null) return null;
  if (file.trusted) return readUserFile(file.path, warnings);
  const roots = [repository.root, repository.gitDir, repository.commonDir];
  if (roots.some((root) => file.path.startsWith(`${root}/`))) {
    return readRepositoryFile(file.path, warnings);
  }
  warnings.push(unusable(file.path, 'the repository names it, and it is outside the workspace'));
  return null;
}

/** git: an empty value means none at all, not the default. */
function findExcludesFile(
  repository: Repository,
  user: UserFiles,
  warnings: Warning[],
): ExcludesFile | null {
  const { config, root } = repository;
  const value = config.get(EXCLUDES_FILE);
  if (value === undefined) return { path: join(user.configHome, 'git', 'ignore'), trusted: true };
  if (value === '') return null;
  const trusted = config.isFromRepository?.(EXCLUDES_FILE) === false;
  if (value.startsWith('~/')) return { path: join(user.home, value.slice(2)), trusted };
  if (/^(~|%\(prefix\)\/)/.test(value)) {
    warnings.push(unusable(value, 'only a leading ~/ is expanded'));
    return null;
  }
  return { path: resolve(root, value), trusted };
}

function readUserFile(path: string, warnings: Warning[]): Buffer | null {
  try {
    return readBounded(path, LIMITS.ignoreFileBytes, { followLink: true });
  } catch (error) {
    const unreadable = systemErrorCode(error) === 'EACCES';
    if (!unreadable && !(error instanceof PitonError && error.code === 'STATE_DAMAGED'))
      throw error;
    warnings.push(unusable(path, 'it is not a readable file of a sensible size'));
    return null;
  }
}

function readRepositoryFile(path: string, warnings: Warning[]): Buffer | null {
  const file = openInPlace(bytePathFromText(path));
  if (file === 'vanished') return null;
  if (typeof file === 'string') {
    warnings.push(unusable(path, 'it is not a readable file, or a link is on the way to it'));
    return null;
  }
  try {
    if (file.stat.size <= LIMITS.ignoreFileBytes) return readUpTo(file.fd, Number(file.stat.size));
    warnings.push(unusable(path, `it is larger than ${LIMITS.ignoreFileBytes} bytes`));
    return null;
  } finally {
    closeSync(file.fd);
  }
}

function readUpTo(fd: number, size: number): Buffer {
  const buffer = Buffer.alloc(size);
  return buffer.subarray(0, readSync(fd, buffer, 0, size, 0));
}

function unusable(path: string, why: string): Warning {
  return {
    code: 'ignore_source_unusable',
    message: `the ignore rules in ${path} are not used: ${why}`,
    paths: [bytePathFromText(path)],
  };
}
