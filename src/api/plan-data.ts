import { listCheckpointNames } from '../checkpoint/list.js';
import { toPlanData } from '../plan/plan-data.js';
import type { Plan } from '../plan/types.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import type { PlanData } from './data.js';

/** A plan as verbs give it back. */
export async function describePlan(workspace: RollbackWorkspace, plan: Plan): Promise<PlanData> {
  const names = await listCheckpointNames(workspace.refs, plan.plan_id);
  return toPlanData(plan, names.length);
}
