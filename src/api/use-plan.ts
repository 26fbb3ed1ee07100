import { writeCurrentPlan } from '../plan/workspace-file.js';
import type { PlanData } from './data.js';
import { describePlan } from './plan-data.js';
import { meantPlan } from './select.js';
import type { Session } from './session.js';

/** Makes a plan the current one. */
export async function usePlan(session: Session, selector: string): Promise<PlanData> {
  return session.locked(async (workspace) => {
    const { stateDir, durability } = workspace;
    const plan = meantPlan(stateDir, selector);
    writeCurrentPlan(stateDir, plan.plan_id, durability);
    return describePlan(workspace, plan);
  });
}
