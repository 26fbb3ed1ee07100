import type { PlanData } from './data.js';
import { describePlan } from './plan-data.js';
import { meantPlan } from './select.js';
import type { Session } from './session.js';

/** One plan; the current one when none is named. */
export async function showPlan(session: Session, plan: string | undefined): Promise<PlanData> {
  return session.reading((workspace) =>
    describePlan(workspace, meantPlan(workspace.stateDir, plan)),
  );
}
