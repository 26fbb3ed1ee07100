import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  futimesSync,
  type BigIntStats,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { asBytePath, ROOT } from '../core/byte-path.js';
import { PitonError, systemErrorCode, toPitonError } from '../core/errors.js';
import { DEFAULTS, LIMITS } from '../core/limits.js';
import type { AnchoredDirectory } from '../disk/anchored-directory.js';
import { AnchoredRoot } from '../disk/anchored-root.js';
import { writeFully } from '../disk/atomic-write.js';
import { readBounded } from '../disk/read.js';
import type { Areas } from './areas.js';
import type { IndexSwap } from './journal.js';
import { fileStateOf, isSameState } from './steps.js';
import { narrow, takeOverOwner } from './write-blob.js';

const INDEX = asBytePath('index');
const INDEX_LOCK = asBytePath('index.lock');
const NEWCOMER = asBytePath('index.newcomer');
const STATE_AREA = 0;
const PAUSE_MS = 20;

/** What a checkpoint knows of a staging area's file; the modification time in nanoseconds. */
export interface IndexContents {
  bytes: Buffer;
  mtimeNs: bigint;
  mode: number;
}

/** The staging area's file that is there now. */
export interface PresentIndex {
  bytes: Buffer;
  stat: BigIntStats;
}

const PERMISSIONS = 0o777;

/** The file's owner goes on working with git, perhaps in a group, whoever rolls back. */
function setPermissions(fd: number, mode: number, replaced: BigIntStats | undefined): void {
  if (replaced === undefined) {
    narrow(fd, mode);
    return;
  }
  takeOverOwner(fd, fstatSync(fd, { bigint: true }), replaced);
  fchmodSync(fd, Number(replaced.mode) & PERMISSIONS);
}

/** Seconds for the file's time: never later than it was, though they are less exact. */
export function indexTime(mtimeNs: bigint): number {
  return Math.floor(Number(mtimeNs / 1_000n) - 1) / 1_000_000;
}

/**
 * Writes the staging area's file where it can be moved into place. It keeps its old modification
 * time: git takes entries as new as the file for uncertain, and a newer file would make it trust
 * them. Owner and permissions are those of the file that it replaces; without one, what the umask
 * gives and no more than the checkpoint knows. An empty file stands for "no staging area"; then it
 * serves as git's lock only.
 */
export function stageIndex(
  contents: IndexContents | null,
  before: PresentIndex | null,
  areas: Areas,
): IndexSwap {
  const { staged } = areas.at(STATE_AREA);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  const fd = staged.open(INDEX, flags, 0o666);
  try {
    if (contents !== null) {
      writeFully(fd, contents.bytes);
      setPermissions(fd, contents.mode, before?.stat);
      const seconds = indexTime(contents.mtimeNs);
      futimesSync(fd, seconds, seconds);
      fsyncSync(fd);
    }
  } finally {
    closeSync(fd);
  }
  const stat = staged.lstat(INDEX);
  if (stat === null) throw new PitonError('IO_FAILED', 'the staged index file vanished');
  return {
    staged: fileStateOf(stat),
    isRemoval: contents === null,
    before: before === null ? null : digestOf(before.bytes),
  };
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function inGitDir<T>(gitDir: string, use: (folder: AnchoredDirectory) => T): T {
  const root = AnchoredRoot.open(gitDir);
  try {
    return root.within(ROOT, use);
  } finally {
    root.close();
  }
}

/** @throws {PitonError} `PERMISSION_DENIED` when it may not be; the system's error otherwise */
function linkLock(staged: AnchoredDirectory, gitDir: string): void {
  try {
    inGitDir(gitDir, (folder) => {
      staged.link(INDEX, folder, INDEX_LOCK);
    });
  } catch (error) {
    const { code, details } = toPitonError(error);
    if (code !== 'PERMISSION_DENIED') throw error;
    throw new PitonError(code, `index.lock cannot be made in ${gitDir}: permission denied`, {
      cause: error,
      hint: `let this user write in ${gitDir}, then try again; nothing was changed`,
      details,
    });
  }
}

/**
 * Takes git's own lock of the staging area, so that no git command changes it meanwhile.
 * @throws {PitonError} `LOCKED` when git keeps it; `PERMISSION_DENIED`
 */
export async function lockIndex(
  gitDir: string,
  areas: Areas,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { staged } = areas.at(STATE_AREA);
  const deadline = Date.now() + DEFAULTS.indexLockTimeoutMs;
  for (;;) {
    try {
      linkLock(staged, gitDir);
      return;
    } catch (error) {
      if (systemErrorCode(error) !== 'EEXIST') throw error;
    }
    if (Date.now() > deadline) {
      throw new PitonError('LOCKED', 'git is working on the staging area (index.lock exists)', {
        hint: 'wait for the git command to end; if there is none, remove index.lock in the git dir',
        details: { path: 'index.lock' },
      });
    }
    await delay(PAUSE_MS, undefined, signal === undefined ? {} : { signal });
  }
}

/**
 * Git may have written the staging area after it was captured and before it was locked.
 * @throws {PitonError} `LOCKED`
 */
export function assertIndexAsCaptured(swap: IndexSwap, gitDir: string): void {
  const bytes = readBounded(join(gitDir, INDEX), LIMITS.indexFileBytes);
  if ((bytes === null ? null : digestOf(bytes)) === swap.before) return;
  throw new PitonError('LOCKED', 'git changed the staging area while the rollback began', {
    hint: 'nothing was changed; try again when no git command is running',
  });
}

/** Moves the staged file into place; the one before stays in the trash. */
export function swapIndex(swap: IndexSwap, gitDir: string, areas: Areas): void {
  const { retired } = areas.at(STATE_AREA);
  inGitDir(gitDir, (folder) => {
    if (swap.isRemoval) {
      if (folder.lstat(INDEX) !== null) folder.rename(INDEX, retired, INDEX);
      folder.unlink(INDEX_LOCK);
      return;
    }
    if (folder.lstat(INDEX) !== null) folder.link(INDEX, retired, INDEX);
    folder.rename(INDEX_LOCK, folder, INDEX);
  });
}

/** Takes the swap back, however far it got. A file that git wrote since is set aside. */
export function undoIndexSwap(swap: IndexSwap, gitDir: string, areas: Areas): void {
  const { retired } = areas.at(STATE_AREA);
  inGitDir(gitDir, (folder) => {
    const lock = folder.lstat(INDEX_LOCK);
    if (lock !== null && String(lock.ino) === swap.staged.ino) folder.unlink(INDEX_LOCK);
    const present = folder.lstat(INDEX);
    const old = retired.lstat(INDEX);
    const isOurs = present !== null && isSameState(fileStateOf(present), swap.staged);
    if (old === null) {
      if (isOurs && !swap.isRemoval) folder.unlink(INDEX);
      return;
    }
    if (present !== null && present.ino === old.ino) {
      retired.unlink(INDEX);
      return;
    }
    if (present !== null && !isOurs) folder.rename(INDEX, retired, NEWCOMER);
    retired.rename(INDEX, folder, INDEX);
  });
}
