import { listCheckpointRefs } from '../checkpoint/list.js';
import { toPitonError } from '../core/errors.js';
import type { PlanList } from '../plan/plan-file.js';
import type { Plan } from '../plan/types.js';
import { DEFAULT_POLICY } from '../retention/policy.js';
import { proposePrune, type PruneProposal } from '../retention/propose.js';
import { deleteCheckpoints } from '../retention/prune.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { clearPending, notePending } from './pending-checkpoint.js';

/** Carries a proposal out; what is cut off, the next command ends. The caller holds the lock. */
export async function carryOutPrune(
  { refs, stateDir }: RollbackWorkspace,
  planId: string,
  { pruned }: PruneProposal,
): Promise<void> {
  if (pruned.length === 0) return;
  notePending(stateDir, { planId, checkpointId: planId, kind: 'prune' });
  await deleteCheckpoints(refs, planId, pruned);
  clearPending(stateDir);
}

/**
 * Applies a plan's policy after a checkpoint was taken. That one stands, so what goes wrong here is
 * only told of. Nothing is done while a plan that may be above it cannot be read: nobody knows then
 * what that one's undo needs.
 */
export async function retain(
  workspace: RollbackWorkspace,
  plan: Plan,
  { plans, damaged }: PlanList,
): Promise<void> {
  if (damaged.length > 0) return;
  const { objects, clock } = workspace;
  const policy = plan.retention ?? DEFAULT_POLICY;
  const now = clock.now();
  try {
    const refs = await listCheckpointRefs(workspace.refs, plan.plan_id);
    const options = { plan, plans, refs, objects, policy, now, isThorough: false };
    await carryOutPrune(workspace, plan.plan_id, await proposePrune(options));
  } catch (error) {
    const { code, message } = toPitonError(error);
    if (code === 'INTERNAL') throw error;
    workspace.warn({
      code: 'NOT_PRUNED',
      message: `old checkpoints could not be pruned: ${message}`,
    });
  }
}
