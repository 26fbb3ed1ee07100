import { dirname, join } from 'node:path';
import { isId } from '../core/ids.js';
import { LIMITS } from '../core/limits.js';
import { readBounded } from '../disk/read.js';

/** Where a fork is being made and where it will be. All paths are absolute text. */
export interface ForkPlace {
  /** A ULID. */
  id: string;
  stateDir: string;
  commonDir: string;
  /** Where the worktree will be. */
  path: string;
  /** Of the worktree's git dir in `<commonDir>/worktrees`. */
  name: string;
}

/** The folder beside the worktree's place in which it is laid out; renamed when it is whole. */
export function layoutName({ id }: Pick<ForkPlace, 'id'>): string {
  return `.piton-fork-${id}`;
}

export function layoutPath(place: Pick<ForkPlace, 'id' | 'path'>): string {
  return join(dirname(place.path), layoutName(place));
}

export function gitDirOf({ commonDir, name }: ForkPlace): string {
  return join(commonDir, 'worktrees', name);
}

/** What the worktree's `.git` says: gitrepository-layout(5). */
export function gitFileContents(place: ForkPlace): string {
  return `gitdir: ${gitDirOf(place)}\n`;
}

/** While this is there, no `git worktree prune` takes the git dir of a fork in the making. */
export function lockContents({ id }: Pick<ForkPlace, 'id'>): string {
  return `piton is making this fork: ${id}\n`;
}

const NAME = /^(?!\.)[A-Za-z0-9._-]{1,255}$/;

/** The note of a fork in the making, for whoever finds it after a kill. */
export function formatForkNote({ path, name }: ForkPlace): string {
  return `${JSON.stringify({ version: 1, path, name })}\n`;
}

/** Null for a note that piton would not write; it may be hostile, or cut short by a kill. */
function parseForkNote(text: string): Pick<ForkPlace, 'path' | 'name'> | null {
  let note: unknown;
  try {
    note = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof note !== 'object' || note === null) return null;
  const { version, path, name } = note as Record<string, unknown>;
  const isWhole = version === 1 && typeof path === 'string' && typeof name === 'string';
  const isPlain = isWhole && path.startsWith('/') && !path.includes('\0') && NAME.test(name);
  return isPlain ? { path, name } : null;
}

/** A fork that was being made, by its folder in the state directory; null when nothing is told. */
export function readForkNote(
  id: string,
  dirs: Pick<ForkPlace, 'stateDir' | 'commonDir'>,
): ForkPlace | null {
  if (!isId(id)) return null;
  const bytes = readBounded(join(dirs.stateDir, 'forks', id, 'note'), LIMITS.gitFileBytes);
  const note = bytes === null ? null : parseForkNote(bytes.toString());
  return note === null ? null : { ...dirs, id, ...note };
}
