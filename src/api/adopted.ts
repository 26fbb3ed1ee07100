import type { Checkpoint } from '../checkpoint/metadata.js';
import { isRelative, selectAcrossPlans } from '../checkpoint/select.js';
import { PitonError } from '../core/errors.js';
import { adoptedState } from '../plan/fork.js';
import { listPlans } from '../plan/plan-file.js';
import { planState, type PlanState } from '../plan/plan-state.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { findPlan } from './put-plan.js';
import { checkpointsOf, meantPlan, type MeantCheckpoint } from './select.js';
import { planStateAt } from './state-at.js';

export interface AdoptedCheckpoint extends MeantCheckpoint {
  /** What the plan is to be, when the checkpoint is a fork's. */
  adopted?: PlanState;
}

const OF_ANOTHER = new Set(['WRONG_PLAN', 'PLAN_NOT_FOUND']);

async function findSelected(
  workspace: RollbackWorkspace,
  selector: string,
): Promise<Checkpoint | null> {
  if (isRelative(selector)) return null;
  try {
    return selectAcrossPlans(await checkpointsOf(workspace, null), selector);
  } catch (error) {
    if (error instanceof PitonError && error.code === 'CHECKPOINT_NOT_FOUND') return null;
    throw error;
  }
}

/**
 * The checkpoint of a fork, together with the plan here that the fork was forked off: what the
 * fork's plan says of that lies in the checkpoint itself. `reason` is why it is no checkpoint of
 * a plan here; null when a fork is no remedy for that.
 */
export async function forksCheckpoint(
  workspace: RollbackWorkspace,
  selector: string,
  planSelector: string | undefined,
  reason: unknown,
): Promise<AdoptedCheckpoint | null> {
  if (!(reason instanceof PitonError) || !OF_ANOTHER.has(reason.code)) return null;
  const checkpoint = await findSelected(workspace, selector);
  if (checkpoint === null) return null;
  const { stateDir } = workspace;
  const fork = await planStateAt(workspace, checkpoint);
  const plan = fork.forked_from === null ? null : findPlan(stateDir, fork.forked_from.plan_id);
  if (plan === null) return null;
  const named = planSelector === undefined ? plan : meantPlan(stateDir, planSelector);
  if (named.plan_id !== plan.plan_id) return null;
  const current = planState(plan, listPlans(stateDir).plans);
  return { plan, checkpoint, adopted: adoptedState(current, fork) };
}
