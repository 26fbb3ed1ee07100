import { listCheckpointNames } from '../checkpoint/list.js';
import { toPlanData } from '../plan/plan-data.js';
import { listPlans as readPlans } from '../plan/plan-file.js';
import type { PlanData } from './data.js';
import { countByPlan } from './select.js';
import type { Session } from './session.js';

/** All plans, oldest first. One that cannot be read is told of in a warning. */
export async function listPlans(session: Session): Promise<{ plans: PlanData[] }> {
  return session.reading(async (workspace) => {
    const { plans, damaged } = readPlans(workspace.stateDir);
    for (const { plan_id: id, error } of damaged) {
      session.warn({ code: error.code, message: `plan ${id} cannot be read: ${error.message}` });
    }
    const counts = countByPlan(await listCheckpointNames(workspace.refs, null));
    return { plans: plans.map((plan) => toPlanData(plan, counts.get(plan.plan_id) ?? 0)) };
  });
}
