import { abandoned, applied } from '../plan/end-plan.js';
import type { Plan } from '../plan/types.js';
import { changePlan } from './change-plan.js';
import type { PlanData } from './data.js';
import { describePlan } from './plan-data.js';
import type { Session } from './session.js';

async function end(
  session: Session,
  selector: string | undefined,
  change: (plan: Plan) => Plan,
): Promise<PlanData> {
  return session.locked(async (workspace) =>
    describePlan(workspace, changePlan(workspace, selector, change)),
  );
}

/** Ends a plan whose work is to stay: it takes no more checkpoints and is never rolled back. */
export async function applyPlan(session: Session, plan: string | undefined): Promise<PlanData> {
  return end(session, plan, applied);
}

/** Ends a plan that leads nowhere. The worktree stays as it is. */
export async function abandonPlan(session: Session, plan: string | undefined): Promise<PlanData> {
  return end(session, plan, abandoned);
}
