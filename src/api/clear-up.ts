import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { systemErrorCode } from '../core/errors.js';
import { isId } from '../core/ids.js';
import { sweepTemps } from '../disk/atomic-write.js';
import { deadLocksOf } from '../disk/lock.js';
import { Areas } from '../rollback/areas.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { sweepObjectTemps } from '../store/objects/temp-files.js';
import { sweepRefLocks } from '../store/repository/sweep-ref-locks.js';

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Staged contents that no journal speaks of, and the empty folders beside them. */
function sweepStaged({ stateDir, root, durability }: RollbackWorkspace): void {
  const ids = ['staging', 'trash'].flatMap((folder) => namesIn(join(stateDir, folder)));
  for (const id of new Set(ids.filter(isId))) {
    const areas = new Areas({ stateDir, root, durability, id }, [{ mount: null }]);
    areas.removeStaged();
    areas.removeIfEmpty();
  }
}

/**
 * Removes what processes left behind that died while they held the lock: temporary files, staged
 * contents, locks of refs. The caller holds the lock now and has recovered what was unfinished, so
 * nobody can still need them.
 */
export function clearUpAfterDead(workspace: RollbackWorkspace, lockPath: string): void {
  const { stateDir, clock, repository } = workspace;
  for (const { path } of deadLocksOf(lockPath)) {
    const diedAfter = lstatSync(path).mtimeMs;
    sweepTemps(stateDir, 0, clock);
    for (const folder of ['plans', 'log']) {
      if (namesIn(join(stateDir, folder)).length > 0) sweepTemps(join(stateDir, folder), 0, clock);
    }
    sweepObjectTemps(join(repository.commonDir, 'objects'), 0, clock);
    sweepRefLocks(repository, diedAfter, clock.now());
    sweepStaged(workspace);
    rmSync(path, { force: true });
  }
}
