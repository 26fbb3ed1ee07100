import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bytePathFromText, nameOf, parentOf } from '../core/byte-path.js';
import { systemErrorCode } from '../core/errors.js';
import { AnchoredRoot } from '../disk/anchored-root.js';
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

/**
 * Removes git's locks of HEAD and its branches that a rollback left when it died moving HEAD:
 * until then git itself would refuse to commit. They have no owner's name in them, so one counts
 * as left when it came after the journal and then nobody did anything with it for a second.
 * To be called with the workspace's lock held, before the rollback is taken back.
 */
export async function removeDeadHeadLocks(workspace: RollbackWorkspace): Promise<void> {
  const { repository, stateDir } = workspace;
  const found = readJournal(stateDir);
  if (found === null || found.isCommitted || found.journal.head === null) return;
  const { from, to } = found.journal.head;
  const journal = lockAt(stateDir, 'journal');
  for (const ref of new Set(['HEAD', from.ref, to.ref])) {
    if (ref === null || journal === null) continue;
    const base = baseOfRef(repository, ref);
    const seen = lockAt(base, `${ref}.lock`);
    if (seen === null || seen.mtimeNs < journal.mtimeNs) continue;
    if (await isStale(base, `${ref}.lock`, seen)) remove(base, `${ref}.lock`);
  }
}
