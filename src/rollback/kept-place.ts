import {
  asBytePath,
  joinPath,
  nameOf,
  parentOf,
  ROOT,
  textOf,
  type BytePath,
} from '../core/byte-path.js';
import { LIMITS } from '../core/limits.js';
import { isSafeName } from '../worktree/safe-names.js';
import type { KeptPlace } from './steps.js';

const ID = '[0-9A-HJKMNP-TV-Z]{26}';
const IN_STATE = new RegExp(`^trash/(?<id>${ID})/kept/(?<name>.+)$`, 's');
const IN_WORKTREE = new RegExp(
  `^(?:(?<mount>.+?)/)?\\.piton-staging-(?<id>${ID})/kept/(?<name>.+)$`,
  's',
);

/** Whether a path that may have any name in it at least stays where it is. */
function staysBelow(path: string): boolean {
  return path.split('/').every((name) => name !== '' && name !== '.' && name !== '..');
}

function isSafePath(path: string): boolean {
  return path.split('/').map(asBytePath).every(isSafeName);
}

/** Whether something read from a file names a place that piton keeps retired things in. */
export function isKeptPlace(place: { below?: unknown; path: string }): place is KeptPlace {
  const form = { state_directory: IN_STATE, worktree: IN_WORKTREE };
  if (place.below !== 'state_directory' && place.below !== 'worktree') return false;
  const { mount = 'none', name = '' } = form[place.below].exec(place.path)?.groups ?? {};
  return isSafePath(mount) && staysBelow(name);
}

/** The operation that keeps something, and the mount of its area; null: the state directory. */
export function ownerOf({ below, path }: KeptPlace): { id: string; mount: string | null } {
  if (below === 'state_directory') return { id: path.split('/')[1] ?? '', mount: null };
  const { mount = '', id = '' } = IN_WORKTREE.exec(path)?.groups ?? {};
  return { id, mount: textOf(asBytePath(mount)) ?? '' };
}

export function inFolder({ below, path }: KeptPlace, name: BytePath): KeptPlace {
  return { below, path: joinPath(path, name) };
}

/**
 * Whether something that was retired may come back to a path: what a tree may hold, and the `.git`
 * of a repository inside the worktree, which went with its folder.
 */
export function isReturnable(path: BytePath): boolean {
  const isNestedGit = nameOf(path) === '.git' && parentOf(path) !== ROOT;
  return path.length <= LIMITS.pathBytes && isSafePath(isNestedGit ? parentOf(path) : path);
}
