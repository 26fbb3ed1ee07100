import { assertOpen } from '../plan/guards.js';
import { listPlans } from '../plan/plan-file.js';
import { assertPlanName } from '../plan/resolve-plan.js';
import { withSettings } from '../plan/settings.js';
import type { PlanData } from './data.js';
import { describePlan } from './plan-data.js';
import { putPlan, stamped } from './put-plan.js';
import { meantPlan } from './select.js';
import type { Session } from './session.js';
import type { JsonObject, PlanSetOptions } from './types.js';

/** A state that is kept whole goes under this key of the plan's context. */
export function contextWith(
  context: JsonObject | undefined,
  state: JsonObject | undefined,
): JsonObject | undefined {
  return state === undefined ? context : { ...context, state };
}

/** Changes a plan's settings, context or outputs. */
export async function setPlan(
  session: Session,
  selector: string | undefined,
  { state, context, ...settings }: PlanSetOptions,
): Promise<PlanData> {
  return session.locked(async (workspace) => {
    const { stateDir, clock } = workspace;
    const before = meantPlan(stateDir, selector);
    assertOpen(before);
    if (settings.name !== undefined) {
      assertPlanName(settings.name, listPlans(stateDir).plans, before.plan_id);
    }
    const changed = withSettings(before, { ...settings, context: contextWith(context, state) });
    const plan = stamped(changed, before, clock);
    putPlan(workspace, plan);
    return describePlan(workspace, plan);
  });
}
