import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { checkpointRefsOf, stateRefsOf } from '../checkpoint/ref-names.js';
import { asBytePath, ROOT } from '../core/byte-path.js';
import { isId } from '../core/ids.js';
import { sweepTemps } from '../disk/atomic-write.js';
import { deadLocksOf } from '../disk/lock.js';
import { namesIn } from '../disk/names-in.js';
import { removeFile } from '../disk/remove-file.js';
import { removeEmptyFolder } from '../disk/remove-folder.js';
import { Areas } from '../rollback/areas.js';
import { listArchives } from '../rollback/list-archives.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { sweepObjectTemps } from '../store/objects/temp-files.js';
import { sweepRefLocks } from '../store/repository/sweep-ref-locks.js';

const ARCHIVE = asBytePath('archive');

/** Staged contents that no journal speaks of, and the empty folders beside them. */
function sweepStaged({ stateDir, root, durability }: RollbackWorkspace): void {
  const ids = ['staging', 'trash'].flatMap((folder) => namesIn(join(stateDir, folder)));
  for (const id of new Set(ids.filter(isId))) {
    const areas = new Areas({ stateDir, root, durability, id }, [{ mount: null }]);
    areas.removeStaged();
    areas.removeIfEmpty();
  }
  // Made before the journal was written that would have filled them.
  for (const archive of listArchives(stateDir)) {
    const id = archive.correctionId;
    new Areas({ stateDir, root, durability, id }, [{ mount: null, archive }]).removeIfEmpty();
  }
  // Their maker may have come no further than these.
  const planIds = namesIn(join(stateDir, ARCHIVE)).filter(isId);
  for (const planId of planIds) removeEmptyFolder(stateDir, ARCHIVE, planId);
  removeEmptyFolder(stateDir, ROOT, ARCHIVE);
}

/** Only this workspace makes checkpoints of its own plans. */
function refsOfPlans(stateDir: string, pendingPlanId: string | null): string[] {
  const ids = namesIn(join(stateDir, 'plans')).map((name) => name.replace(/\.json$/, ''));
  if (pendingPlanId !== null) ids.push(pendingPlanId);
  return ids.filter(isId).flatMap((id) => [checkpointRefsOf(id), stateRefsOf(id)]);
}

/**
 * Removes the locks that processes that died at work left on refs of this workspace's plans. To be
 * called with the workspace's lock held, before any ref is written.
 */
export function sweepDeadRefLocks(
  { stateDir, clock, repository }: RollbackWorkspace,
  lockPath: string,
  pendingPlanId: string | null,
): void {
  const prefixes = refsOfPlans(stateDir, pendingPlanId);
  for (const { path } of deadLocksOf(lockPath)) {
    sweepRefLocks(repository, lstatSync(path).mtimeMs, clock.now(), prefixes);
  }
}

/**
 * Removes what else processes left behind that died at work: temporary files and staged contents.
 * The caller holds the lock now and has recovered what was unfinished, so nobody can still need
 * them.
 */
export function clearUpAfterDead(workspace: RollbackWorkspace, lockPath: string): void {
  const { stateDir, clock, repository } = workspace;
  // One that died before it had the lock has left no more than this.
  sweepTemps(stateDir, 0, clock);
  for (const { path } of deadLocksOf(lockPath)) {
    for (const folder of ['plans', 'log']) {
      if (namesIn(join(stateDir, folder)).length > 0) sweepTemps(join(stateDir, folder), 0, clock);
    }
    sweepObjectTemps(join(repository.commonDir, 'objects'), 0, clock);
    sweepStaged(workspace);
    removeFile(path);
  }
}
