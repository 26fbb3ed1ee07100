import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bytePathFromText, nameOf, parentOf } from '../core/byte-path.js';
import { systemErrorCode } from '../core/errors.js';
import { AnchoredRoot } from '../disk/anchored-root.js';
import { deadLocksOf } from '../disk/lock.js';
import { readJournal } from '../rollback/journal.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { baseOfRef } from '../store/repository/loose-refs.js';

/** Git holds a ref's lock for milliseconds. */
const HELD_AT_MOST_MS = 1_000;
const PAUSE_MS = 50;

interface LockFile {
  inode: bigint;
  mtimeNs: bigint;
}

function lockAt(base: string, name: string): LockFile | null {
  const stat = lstatSync(join(base, name), { bigint: true, throwIfNoEntry: false });
  return stat?.isFile() === true ? { inode: stat.ino, mtimeNs: stat.mtimeNs } : null;
}

/** Whether the lock stays as it is for longer than anybody alive leaves it so. */
async function isStale(base: string, name: string, seen: LockFile): Promise<boolean> {
  for (let waited = 0; waited < HELD_AT_MOST_MS; waited += PAUSE_MS) {
    await delay(PAUSE_MS);
    const now = lockAt(base, name);
    if (now?.inode !== seen.inode || now.mtimeNs !== seen.mtimeNs) return false;
  }
  return true;
}

function remove(base: string, name: string): void {
  const path = bytePathFromText(name);
  const root = AnchoredRoot.open(base);
  try {
    root.within(parentOf(path), (folder) => {
      folder.unlink(nameOf(path));
    });
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  } finally {
    root.close();
  }
}

/** Files of git that piton locks beside its own refs. */
function lockedNames(stateDir: string): Set<string> {
  const names = new Set(['packed-refs']);
  const found = readJournal(stateDir);
  if (found === null || found.isCommitted || found.journal.head === null) return names;
  const { from, to } = found.journal.head;
  for (const name of ['HEAD', from.ref, to.ref]) if (name !== null) names.add(name);
  return names;
}

/**
 * Removes git's own locks that a process of piton left when it died moving HEAD or deleting refs:
 * until then git itself would refuse to commit. They have no owner's name in them, so one counts
 * as left when it came after the dead process had taken the workspace's lock, and then nobody did
 * anything with it for a second. To be called with that lock held, before any ref is written.
 */
export async function removeDeadGitLocks(
  { repository, stateDir }: RollbackWorkspace,
  lockPath: string,
): Promise<void> {
  const taken = deadLocksOf(lockPath).map(({ path }) => lstatSync(path, { bigint: true }).mtimeNs);
  if (taken.length === 0) return;
  for (const name of lockedNames(stateDir)) {
    const base = baseOfRef(repository, name);
    const seen = lockAt(base, `${name}.lock`);
    if (seen === null || taken.every((since) => seen.mtimeNs < since)) continue;
    if (await isStale(base, `${name}.lock`, seen)) remove(base, `${name}.lock`);
  }
}
