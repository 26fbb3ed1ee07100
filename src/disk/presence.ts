import { join } from 'node:path';
import { isOwnerAlive, readLockOwner, type LockOwner } from './lock-owner.js';
import { acquireLock, deadLocksOf, type Lock } from './lock.js';
import { removeFile } from './remove-file.js';

/*
 * A process that stays in a workspace says so by a lock of its own, which keeps a second one out
 * and nobody else.
 */

/** The file in the state directory that says who watches the workspace. */
export function presencePath(stateDir: string): string {
  return join(stateDir, 'watch');
}

/** Who watches the workspace, as far as can be told from here; null when nobody does. */
export function readPresence(stateDir: string): LockOwner | null {
  const path = presencePath(stateDir);
  const owner = readLockOwner(path);
  if (owner === null || owner === 'unreadable') return null;
  return isOwnerAlive(owner, path) === 'dead' ? null : owner;
}

/**
 * Takes the place of who watches, also of one that died.
 * @throws {PitonError} `LOCKED` when there is one
 */
export async function takePresence(stateDir: string, command: string | undefined): Promise<Lock> {
  const path = presencePath(stateDir);
  const lock = await acquireLock(path, {
    timeoutMs: 0,
    ...(command !== undefined && { command }),
  });
  // One that watched leaves nothing to clear up but the record that it died.
  for (const dead of deadLocksOf(path)) removeFile(dead.path);
  return lock;
}
