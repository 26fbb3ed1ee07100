import { join } from 'node:path';
import { deadLocksOf } from '../disk/lock.js';
import { isOwnerAlive, readLockOwner } from '../disk/lock-owner.js';
import { namesIn } from '../disk/names-in.js';
import { presencePath, takePresence } from '../disk/presence.js';
import { removeFile } from '../disk/remove-file.js';
import type { Check, DoctorContext, Finding } from './check.js';

function told(message: string): Finding[] {
  return [{ severity: 'should', message }];
}

/** Who holds the lock. A dead owner's is taken over by taking it, which is not done here. */
export const LOCK: Check = {
  name: 'lock',
  whileBusy: true,
  look: ({ lockPath, holdsLock }) => {
    const owner = holdsLock ? null : readLockOwner(lockPath);
    if (owner === null) return [];
    const byHand = `if nothing works in this workspace, on no host, delete ${lockPath}`;
    if (owner === 'unreadable') return told(`the lock cannot be read; ${byHand}`);
    const { pid, host, acquiredAt } = owner;
    switch (isOwnerAlive(owner, lockPath)) {
      case 'alive':
        return [];
      case 'dead':
        return told(`process ${pid} died and left its lock; the next command takes it over`);
      case 'unknown':
        return told(`process ${pid} on ${host} has had the lock since ${acquiredAt}; ${byHand}`);
    }
  },
};

const GUARD = /^(?:lock|watch)\.[0-9a-f]{16}$/;

/** Locks that were held only for taking over a dead process's lock, and whose owners died too. */
function deadGuards({ repository }: DoctorContext): string[] {
  const paths = namesIn(repository.stateDir)
    .filter((name) => GUARD.test(name))
    .map((name) => join(repository.stateDir, name));
  return paths.filter((path) => {
    const owner = readLockOwner(path);
    return owner !== null && isOwnerAlive(owner, path) === 'dead';
  });
}

/** Whether a process that watched died is for certain; the next one to watch takes its place. */
function deadWatch({ repository: { stateDir } }: DoctorContext): Finding[] {
  const path = presencePath(stateDir);
  const owner = readLockOwner(path);
  if (owner === null || owner === 'unreadable' || isOwnerAlive(owner, path) !== 'dead') return [];
  const message = `process ${owner.pid} died while it watched the workspace`;
  const repair = async (): Promise<void> => (await takePresence(stateDir, undefined)).release();
  return [{ severity: 'should', message, repair }];
}

/** What is left of the locks of processes that died. */
export const DEAD_PROCESSES: Check = {
  name: 'dead_processes',
  look: (context) => {
    const hasState = namesIn(context.repository.stateDir).length > 0;
    const dead = hasState ? deadLocksOf(context.lockPath) : [];
    const findings = dead.map(({ pid }): Finding => {
      return {
        severity: 'should',
        message: `process ${pid} died with the lock and nobody has cleared up after it`,
        repair: async () => void (await context.recover()),
      };
    });
    const guards = deadGuards(context).map((path): Finding => {
      return {
        severity: 'should',
        message: `${path} is the lock of a process that died`,
        repair: () => removeFile(path),
      };
    });
    return [...findings, ...guards, ...deadWatch(context)];
  },
};
