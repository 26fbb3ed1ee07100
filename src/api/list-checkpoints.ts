import { measureDiskCost } from '../checkpoint/disk-cost.js';
import { listCheckpointNames, listCheckpointRefs } from '../checkpoint/list.js';
import { CHECKPOINT_KINDS, type Checkpoint } from '../checkpoint/metadata.js';
import { PitonError } from '../core/errors.js';
import { DEFAULTS } from '../core/limits.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import type { CheckpointListData, ListedCheckpointData } from './data.js';
import { checkpointsAt, meantPlan } from './select.js';
import type { Session } from './session.js';
import type { CheckpointListOptions } from './types.js';

async function withCost(
  workspace: RollbackWorkspace,
  checkpoints: readonly Checkpoint[],
): Promise<ListedCheckpointData[]> {
  const all = await listCheckpointRefs(workspace.refs, null);
  const { ownBytes } = await measureDiskCost(workspace, all);
  return checkpoints.map((one) => ({ ...one, own_bytes: ownBytes.get(one.checkpoint_id) ?? 0 }));
}

/** A plan's checkpoints, newest first. */
export async function listCheckpoints(
  session: Session,
  { plan: selector, limit = DEFAULTS.listLimit, kind, cost = false }: CheckpointListOptions,
): Promise<CheckpointListData> {
  if (kind !== undefined && !CHECKPOINT_KINDS.some((known) => known === kind)) {
    throw new PitonError('USAGE', `there is no kind of checkpoint ${JSON.stringify(kind)}`, {
      hint: `use one of ${CHECKPOINT_KINDS.join(', ')}`,
    });
  }
  return session.reading(async (workspace) => {
    const plan = meantPlan(workspace.stateDir, selector);
    const names = await listCheckpointNames(workspace.refs, plan.plan_id);
    const checkpoints: Checkpoint[] = [];
    for (let end = names.length; end > 0 && checkpoints.length < limit; end -= limit) {
      const refs = await workspace.refs.readAll(names.slice(Math.max(0, end - limit), end));
      const some = await checkpointsAt(workspace, refs);
      const wanted = some.filter((one) => kind === undefined || one.kind === kind);
      checkpoints.push(...wanted.toReversed().slice(0, limit - checkpoints.length));
    }
    return { checkpoints: cost ? await withCost(workspace, checkpoints) : checkpoints };
  });
}
