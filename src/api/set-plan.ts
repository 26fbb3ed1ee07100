import { assertOpen } from '../plan/guards.js';
import { listHeads } from '../plan/plan-heads.js';
import { assertPlanName } from '../plan/resolve-plan.js';
import { withSettings } from '../plan/settings.js';
import { changePlan } from './change-plan.js';
import type { PlanData } from './data.js';
import { describePlan } from './plan-data.js';
import { policyWith } from './policy-with.js';
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
  { state, context, retention, ...settings }: PlanSetOptions,
): Promise<PlanData> {
  return session.locked(async (workspace) => {
    const plan = changePlan(workspace, selector, (before) => {
      assertOpen(before);
      if (settings.name !== undefined) {
        assertPlanName(settings.name, listHeads(workspace.stateDir), before.plan_id);
      }
      const policy = retention && policyWith(before, retention);
      const all = { ...settings, retention: policy, context: contextWith(context, state) };
      return withSettings(before, all);
    });
    return describePlan(workspace, plan);
  });
}
