import { lstatSync, readdirSync, type BigIntStats } from 'node:fs';
import { asBytePath, compareBytes, fsPath, joinPath, type BytePath } from '../core/byte-path.js';
import { PitonError, systemErrorCode } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import { inFolder } from './in-folder.js';
import { packStats, type FilePlace } from './stat-rows.js';

/** What is in a folder of the worktree. */
export interface Listing {
  /** All names, in no order; none when they may not be read. */
  names: readonly BytePath[];
  isReadable: boolean;
  /** In the order of git trees, without what is gone again and `.git`. */
  found: BytePath[];
  /** A row for each of them. */
  stats: Buffer<ArrayBuffer>;
  /** Names of which no more can be told. */
  unreadable: BytePath[];
}

const NOTHING_READ: Listing = {
  ...{ names: [], isReadable: false, unreadable: [] },
  ...{ found: [], stats: packStats([]) },
};

export const GIT_NAME = asBytePath('.git');

/** What lies at an absolute path, which is not followed when it is a link. */
export function lstatOf(path: BytePath): BigIntStats | 'vanished' | 'unreadable' {
  try {
    return lstatSync(fsPath(path), { bigint: true });
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'vanished';
    if (isUnreadable(code)) return 'unreadable';
    throw error;
  }
}

function isUnreadable(code: string | undefined): boolean {
  return code === 'EACCES' || code === 'EPERM' || code === 'EIO' || code === 'ENAMETOOLONG';
}

function workspaceGone(cause?: unknown): PitonError {
  return new PitonError('WORKSPACE_MISSING', 'the workspace is not there any more', {
    hint: 'put its folder back where it was, and try again',
    cause,
  });
}

/** From the folder itself, also while a link takes its place; null when it is not there. */
function readNames(absolute: BytePath): BytePath[] | null {
  return inFolder(absolute, (folder) =>
    readdirSync(fsPath(folder), { encoding: 'latin1' }).map(asBytePath),
  );
}

function tryToReadNames(absolute: BytePath): BytePath[] | 'vanished' | 'unreadable' | 'replaced' {
  try {
    return readNames(absolute) ?? 'replaced';
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT') return 'vanished';
    if (code === 'ENOTDIR' || code === 'ELOOP') return 'replaced';
    if (isUnreadable(code)) return 'unreadable';
    throw error;
  }
}

interface NamedStat {
  name: BytePath;
  stat: BigIntStats;
  /** The name as git trees sort it. */
  key: BytePath;
}

function describeAll(absolute: BytePath, names: readonly BytePath[]): Listing {
  const unreadable: BytePath[] = [];
  const found: NamedStat[] = [];
  for (const name of names) {
    if (name === GIT_NAME) continue;
    const stat = lstatOf(joinPath(absolute, name));
    if (stat === 'unreadable') unreadable.push(name);
    else if (stat !== 'vanished') {
      found.push({ name, stat, key: asBytePath(stat.isDirectory() ? `${name}/` : name) });
    }
  }
  found.sort((left, right) => compareBytes(left.key, right.key));
  return {
    ...{ names, isReadable: true, unreadable },
    found: found.map(({ name }) => name),
    stats: packStats(found.map(({ stat }) => stat)),
  };
}

/** A link that took the folder's place would have led somewhere else. */
function isStill(now: BigIntStats | string, seen: FilePlace): boolean {
  if (typeof now === 'string' || !now.isDirectory()) return false;
  return now.ino === seen.ino && now.dev === seen.dev;
}

/**
 * Lists the root of a worktree.
 * @param only the names to look at; without them all that there are
 * @throws {PitonError} `WORKSPACE_MISSING`; the system's errors, when it cannot be read
 */
export function listRoot(root: BytePath, only?: readonly BytePath[]): Listing {
  try {
    const names = only ?? readNames(root);
    if (names === null) throw workspaceGone();
    return describeAll(root, names);
  } catch (error) {
    const code = systemErrorCode(error);
    throw code === 'ENOENT' || code === 'ENOTDIR' ? workspaceGone(error) : error;
  }
}

/**
 * Lists a folder that looked like `seen` when its parent was listed. When another one has taken
 * its place, that one is listed; `unstable` when it became something else, or never held still.
 * @param only the names to look at; without them all that there are
 */
export function listFolder(
  absolute: BytePath,
  seen: FilePlace,
  only?: readonly BytePath[],
): Listing | 'vanished' | 'unstable' {
  let before = seen;
  for (let attempt = 1; attempt <= LIMITS.unstableReadAttempts; attempt++) {
    const names = only ?? tryToReadNames(absolute);
    if (names === 'vanished') return names;
    const listing = typeof names === 'string' ? NOTHING_READ : describeAll(absolute, names);
    const now = lstatOf(absolute);
    if (names !== 'replaced' && isStill(now, before)) return listing;
    if (typeof now === 'string' || !now.isDirectory()) return 'unstable';
    before = now;
  }
  return 'unstable';
}
