import { pathToJson, type BytePath } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import { MODE, type TreeEntry } from '../core/types.js';

/*
 * Which names may stand in a tree that is written to disk. The rules are those of git's fsck.c,
 * path.c (NTFS) and utf8.c (HFS+), on bytes: a name that some file system takes for `.git` would
 * let a tree write into a repository on that file system, and `git fsck --strict` refuses it.
 */

/** Code points that HFS+ ignores in names: U+200C-200F, 202A-202E, 206A-206F, FEFF. */
const IGNORABLE = '(?:\\xe2\\x80[\\x8c-\\x8f\\xaa-\\xae]|\\xe2\\x81[\\xaa-\\xaf]|\\xef\\xbb\\xbf)*';

/** One character of UTF-8 as git's decoder accepts it: not overlong, no surrogates, no U+FFFE. */
const UTF8_CHARACTER = [
  '[\\x00-\\x7f]',
  '[\\xc2-\\xdf][\\x80-\\xbf]',
  '\\xe0[\\xa0-\\xbf][\\x80-\\xbf]',
  '[\\xe1-\\xec\\xee][\\x80-\\xbf]{2}',
  '\\xed[\\x80-\\x9f][\\x80-\\xbf]',
  '\\xef(?!\\xbf[\\xbe\\xbf])[\\x80-\\xbf]{2}',
  '\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}',
  '[\\xf1-\\xf3][\\x80-\\xbf]{3}',
  '\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}',
].join('|');

/** Git stops at the first bytes that are not UTF-8, as if the name ended there. */
function hfsSpellings(word: string): RegExp {
  const letters = [...word].map((letter) => `${IGNORABLE}[${letter}${letter.toUpperCase()}]`);
  return new RegExp(`^${IGNORABLE}\\.${letters.join('')}${IGNORABLE}(?!${UTF8_CHARACTER})`);
}

/** NTFS drops trailing spaces and dots, and `:` begins the name of a stream of the file. */
const NTFS_TAIL = '[ .]*(?:$|:)';

const HFS_GIT = hfsSpellings('git');
/** The spelling may also stand after a backslash, and end at one. */
const NTFS_GIT = /(?:^|\\)(?:\.git|git~1)[ .]*(?:$|[:\\])/i;

const HFS_GITMODULES = hfsSpellings('gitmodules');
/** Short names are `gitmod~1` to `~4`, then `gi7eba~1` and shorter beginnings of it. */
const NTFS_GITMODULES = new RegExp(
  '(?:^|\\\\)(?:\\.gitmodules|gitmod~[1-4]|' +
    'gi7eba~[1-9]|gi7eb~[1-9][0-9]|gi7e~[1-9][0-9]{2}|gi7~[1-9][0-9]{3}|' +
    `gi~[1-9][0-9]{4}|g~[1-9][0-9]{5}|~[1-9][0-9]{6})${NTFS_TAIL}`,
  'i',
);

/**
 * Whether one path component can stand in a git tree and be written to disk: not empty, `.`, `..`
 * or any spelling of `.git`, and without `/` and NUL. Length is left to the file system.
 */
export function isSafeName(name: BytePath): boolean {
  if (name === '' || name === '.' || name === '..') return false;
  if (name.includes('/') || name.includes('\0')) return false;
  return !HFS_GIT.test(name) && !NTFS_GIT.test(name);
}

/**
 * Whether a symbolic link may have this name. Git refuses links named `.gitmodules` in any
 * spelling (fsck's `gitmodulesSymlink`); about links named `.gitattributes`, `.gitignore` and
 * `.mailmap` it only remarks, so these are safe.
 */
export function isSafeLinkName(name: BytePath): boolean {
  return isSafeName(name) && !HFS_GITMODULES.test(name) && !NTFS_GITMODULES.test(name);
}

/** Whether an entry of a tree has a name that is safe for what it is. */
export function hasSafeName({ name, mode }: TreeEntry): boolean {
  return mode === MODE.link ? isSafeLinkName(name) : isSafeName(name);
}

/** `problem` completes "a tree holds a path that …". */
export function unsafePathError(path: BytePath, problem: string): PitonError {
  return new PitonError('UNSAFE_PATH', `a tree holds a path that ${problem}`, {
    hint: 'do not use this checkpoint; `piton verify` names the objects that hold the path',
    details: { path: pathToJson(path) },
  });
}

/**
 * Every component is safe and the whole is within bounds; the root (`''`) is not a tree path.
 * @throws {PitonError} `UNSAFE_PATH` with `details.path`.
 */
export function assertSafeTreePath(path: BytePath): void {
  const names = path.split('/') as BytePath[];
  if (path.length <= LIMITS.pathBytes && names.every(isSafeName)) return;
  throw unsafePathError(path, 'cannot be written to disk safely');
}
