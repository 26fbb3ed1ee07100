import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckpointContext } from '../checkpoint/context.js';
import { checkpointRefsOf, stateRefsOf } from '../checkpoint/ref-names.js';
import { sweepTemps } from '../disk/atomic-write.js';
import { listPlans } from '../plan/plan-file.js';
import { sweepObjectTemps } from '../store/objects/temp-files.js';
import { sweepRefLocks } from '../store/repository/sweep-ref-locks.js';
import { deleteLoneSidecars } from './prune.js';

/** Nothing that piton writes goes without a write for so long. */
const STALE_MS = 10 * 60_000;

/**
 * Removes what processes that died have left: temporary files, locks of hidden refs, sidecars
 * without a checkpoint. Gives how many. The caller holds the workspace lock and has recovered what
 * was unfinished.
 */
export async function sweepLeftovers({
  repository,
  refs,
  clock,
}: Pick<CheckpointContext, 'repository' | 'refs' | 'clock'>): Promise<number> {
  const { stateDir, commonDir } = repository;
  const now = clock.now();
  const { plans, damaged } = listPlans(stateDir);
  const planIds = [...plans, ...damaged].map(({ plan_id: id }) => id);
  const prefixes = planIds.flatMap((id) => [checkpointRefsOf(id), stateRefsOf(id)]);
  let swept = sweepRefLocks(repository, now, now, prefixes).length;
  const folders = ['', 'plans', 'log'].map((folder) => join(stateDir, folder));
  for (const folder of folders.filter((path) => existsSync(path))) {
    swept += sweepTemps(folder, STALE_MS, clock).length;
  }
  swept += sweepObjectTemps(join(commonDir, 'objects'), STALE_MS, clock).files;
  for (const planId of planIds) swept += await deleteLoneSidecars(refs, planId);
  return swept;
}
