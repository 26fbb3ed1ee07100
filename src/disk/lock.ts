import { randomBytes } from 'node:crypto';
import { readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { isoTime, SYSTEM_CLOCK } from '../core/clock.js';
import { PitonError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import { pauseFor } from '../core/pause.js';
import { createExclusive } from './create-exclusive.js';
import { formatOwner, isOnLocalDisk, isOwnerAlive, readLockOwner } from './lock-owner.js';
import type { FoundOwner, LockOwner } from './lock-owner.js';
import { ownIdentity } from './process-identity.js';
import { removeFile } from './remove-file.js';

export interface LockOptions {
  /** How long to wait for another process, in milliseconds; 0: not at all. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** What the lock is for; others are shown it. */
  command?: string;
}

export interface Lock {
  readonly owner: LockOwner;
  /** Gives the lock back; again is harmless. A lock that has become another's is left alone. */
  release(): void;
}

const SHORTEST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 50;

/**
 * Takes the lock at `path`, a file that names its owner, waiting while a living process has it.
 * A process is robbed of its lock only when it is certainly dead, never for holding it long. Two
 * acquirers in one process exclude each other as two processes do.
 * @throws {PitonError} `LOCKED` with `details` `pid`, `host`, `since` after the timeout; whatever
 * `signal.reason` is when aborted.
 */
export async function acquireLock(path: string, options: LockOptions): Promise<Lock> {
  const deadline = performance.now() + options.timeoutMs;
  let pause = SHORTEST_PAUSE_MS;
  for (;;) {
    options.signal?.throwIfAborted();
    const owner = newOwner(path, options.command ?? null);
    const holder = tryAcquire(path, owner, 0);
    if (holder === null) return { owner, release: () => releaseLock(path, owner) };
    const left = deadline - performance.now();
    if (left <= 0) throw locked(path, holder);
    await pauseFor(Math.min(left, pause * (0.5 + Math.random() / 2)), options.signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

function newOwner(path: string, command: string | null): LockOwner {
  return {
    ...ownIdentity(),
    acquiredAt: isoTime(SYSTEM_CLOCK.now()),
    nonce: randomBytes(8).toString('hex'),
    localDisk: isOnLocalDisk(path),
    command,
  };
}

/**
 * One attempt without waiting: null when the lock is now ours, otherwise who has it.
 * `depth` counts the guards of guards.
 */
function tryAcquire(path: string, owner: LockOwner, depth: number): FoundOwner | null {
  const record = formatOwner(owner);
  for (;;) {
    if (createExclusive(path, record)) return null;
    const holder = readLockOwner(path);
    if (holder === null) continue;
    if (holder === 'unreadable' || isOwnerAlive(holder, path) !== 'dead') return holder;
    if (!removeDeadLock(path, holder, depth)) return holder;
  }
}

/**
 * Between seeing a dead owner's lock and removing it, another process may have removed it and a
 * third taken the lock anew. So removal is itself done under a lock, one for each dead owner: who
 * holds that one is alone, and looks again. A dead guard is removed in the same way. What the dead
 * owner left behind is for the next owner to clear up, so its record is kept: see `deadLocksOf`.
 */
function removeDeadLock(path: string, dead: LockOwner, depth: number): boolean {
  if (depth === LIMITS.lockTakeoverDepth) return false;
  const guardPath = `${path}.${dead.nonce}`;
  const guard = newOwner(guardPath, 'taking over the lock of a dead process');
  if (tryAcquire(guardPath, guard, depth + 1) !== null) return false;
  try {
    if (depth > 0) releaseLock(path, dead);
    else if (isHeldBy(path, dead)) renameSync(path, `${path}.dead-${dead.pid}-${dead.nonce}`);
    return true;
  } finally {
    releaseLock(guardPath, guard);
  }
}

function isHeldBy(path: string, owner: LockOwner): boolean {
  const found = readLockOwner(path);
  return found !== null && found !== 'unreadable' && found.nonce === owner.nonce;
}

/** Removes the lock if it is still the one that `owner` took. */
function releaseLock(path: string, owner: LockOwner): void {
  if (isHeldBy(path, owner)) removeFile(path);
}

/** What is left of the locks of dead owners: whoever takes the lock next clears up after them. */
export interface DeadLock {
  /** Of the file that tells of it. */
  path: string;
  pid: number;
}

const DEAD_LOCK = /\.dead-([1-9]\d{0,9})-[0-9a-f]{16}$/;

/** The dead owners that the lock at `path` was taken from, and that nobody cleared up after yet. */
export function deadLocksOf(path: string): DeadLock[] {
  const folder = dirname(path);
  return readdirSync(folder).flatMap((name) => {
    const pid = name.startsWith(`${basename(path)}.`) ? DEAD_LOCK.exec(name)?.[1] : undefined;
    return pid === undefined ? [] : [{ path: join(folder, name), pid: Number(pid) }];
  });
}

function locked(path: string, holder: FoundOwner): PitonError {
  const details = { lock: path, ...factsOf(holder) };
  if (holder === 'unreadable' || isOwnerAlive(holder, path) === 'unknown') {
    return new PitonError('LOCKED', 'the workspace is locked by a process unknown to this system', {
      hint: `if nothing else, on no host or container, works in this workspace, delete ${path}`,
      details,
    });
  }
  return new PitonError('LOCKED', `the workspace is locked by process ${holder.pid}`, {
    hint: 'wait until it has finished, or give a longer lock timeout',
    details,
  });
}

function factsOf(holder: FoundOwner): Record<string, unknown> {
  if (holder === 'unreadable') return { pid: null, host: null, since: null, command: null };
  const { pid, host, acquiredAt: since, command } = holder;
  return { pid, host, since, command };
}
