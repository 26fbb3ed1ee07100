import { lstatSync, realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { systemErrorCode } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import { readGitFile } from '../config/read-git-file.js';
import { unsupported } from './unsupported.js';

const HEAD_FORM = /^(?:ref:\s*refs\/|[0-9a-fA-F]{40}(?:[0-9a-fA-F]{24})?(?:\s|$))/;

/**
 * The path with all links resolved, or null when nothing is there.
 * @throws {PitonError} `UNSUPPORTED_REPOSITORY` when it is not UTF-8
 */
export function realPath(path: string): string | null {
  try {
    // The default encoding would make another path of bytes that are not UTF-8.
    const bytes = realpathSync.native(path, 'buffer');
    const text = bytes.toString();
    if (Buffer.from(text).equals(bytes)) return text;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
  throw unsupported(
    `the real path of ${path} is not UTF-8`,
    'move the workspace to a folder whose name is UTF-8',
    path,
  );
}

/** The first line's text of a small file such as `commondir`, or null when there is none. */
export function readPathFile(path: string): string | null {
  const content = readGitFile(path, LIMITS.gitFileBytes);
  return content === null ? null : content.toString().replace(/[\r\n]+$/, '');
}

/** Where a path from git's own files leads, which is relative to a folder; null for nowhere. */
export function resolveFrom(folder: string, path: string): string | null {
  if (path === '' || path.includes('\0')) return null;
  return realPath(isAbsolute(path) ? path : join(folder, path));
}

/**
 * Whether a folder looks like a git dir: as git's is_git_directory, a HEAD that says something
 * valid, and objects and refs here or in the common dir. Links count: they are refused later.
 */
export function isGitDirectory(directory: string): boolean {
  if (lstatSync(join(directory, 'HEAD'), { throwIfNoEntry: false }) === undefined) return false;
  const common = commonDirOf(directory);
  if (common === null || !holdsFolder(common, 'objects') || !holdsFolder(common, 'refs')) {
    return false;
  }
  const head = readGitFile(join(directory, 'HEAD'), LIMITS.gitFileBytes);
  return head !== null && HEAD_FORM.test(head.toString('latin1'));
}

/** The git dir that holds objects and refs for this one; null when `commondir` leads nowhere. */
export function commonDirOf(gitDir: string): string | null {
  const common = readPathFile(join(gitDir, 'commondir'));
  return common === null ? gitDir : resolveFrom(gitDir, common);
}

function holdsFolder(directory: string, name: string): boolean {
  const stat = lstatSync(join(directory, name), { throwIfNoEntry: false });
  return stat !== undefined && (stat.isDirectory() || stat.isSymbolicLink());
}
