import { nextId } from '../core/ids.js';
import { newPlan } from '../plan/new-plan.js';
import { createPlanFile, listPlans } from '../plan/plan-file.js';
import { assertPlanName, resolvePlan } from '../plan/resolve-plan.js';
import { assertOpen } from '../plan/guards.js';
import { writeCurrentPlan } from '../plan/workspace-file.js';
import type { PlanData } from './data.js';
import { describePlan } from './plan-data.js';
import type { Session } from './session.js';
import type { PlanOptions } from './types.js';

/** Makes a plan and makes it current. */
export async function createPlan(session: Session, options: PlanOptions): Promise<PlanData> {
  await session.ensureRepository(false);
  return session.locked(async (workspace) => {
    const { stateDir, clock, durability } = workspace;
    const { plans } = listPlans(stateDir);
    const { parent, name, ...settings } = options;
    if (name !== undefined) assertPlanName(name, plans);
    const parentPlan = parent === undefined ? null : resolvePlan(plans, parent);
    if (parentPlan !== null) assertOpen(parentPlan);
    const now = clock.now();
    const id = nextId(now, plans.at(-1)?.plan_id);
    const plan = newPlan({ ...settings, name, id, now, parentPlanId: parentPlan?.plan_id });
    createPlanFile(stateDir, plan, durability);
    writeCurrentPlan(stateDir, id, durability);
    return describePlan(workspace, plan);
  });
}
