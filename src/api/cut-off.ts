import { deadLocksOf } from '../disk/lock.js';
import { readLockOwner } from '../disk/lock-owner.js';
import type { Recovery } from '../rollback/recover.js';

/** What a command finds of one before it that was killed. */
export interface CutOff {
  /** What was finished or undone just now; null when there was no journal. */
  recovery: Recovery | null;
  /** Since when processes that died had the lock (ISO 8601); null when none did. */
  diedSince: string | null;
}

/** To be called before what the dead left is cleared up. */
export function diedSince(lockPath: string): string | null {
  const times = deadLocksOf(lockPath).flatMap(({ path }) => {
    const owner = readLockOwner(path);
    return owner === null || owner === 'unreadable' ? [] : [owner.acquiredAt];
  });
  return times.sort()[0] ?? null;
}
