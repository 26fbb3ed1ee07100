import { CHECKPOINT_KINDS } from '../checkpoint/metadata.js';
import { PitonError } from '../core/errors.js';
import { DEFAULTS } from '../core/limits.js';
import type { CheckpointListData } from './data.js';
import { checkpointsOf, meantPlan } from './select.js';
import type { Session } from './session.js';
import type { CheckpointListOptions } from './types.js';

/** A plan's checkpoints, newest first. */
export async function listCheckpoints(
  session: Session,
  { plan: selector, limit = DEFAULTS.listLimit, kind }: CheckpointListOptions,
): Promise<CheckpointListData> {
  if (kind !== undefined && !CHECKPOINT_KINDS.some((known) => known === kind)) {
    throw new PitonError('USAGE', `there is no kind of checkpoint ${JSON.stringify(kind)}`, {
      hint: `use one of ${CHECKPOINT_KINDS.join(', ')}`,
    });
  }
  return session.reading(async (workspace) => {
    const plan = meantPlan(workspace.stateDir, selector);
    const all = await checkpointsOf(workspace, plan.plan_id);
    const wanted = kind === undefined ? all : all.filter((one) => one.kind === kind);
    return { checkpoints: wanted.toReversed().slice(0, limit) };
  });
}
