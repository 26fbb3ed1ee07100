import type { Plan } from '../plan/types.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { putPlan, stamped } from './put-plan.js';
import { meantPlan } from './select.js';

/** Writes what `change` makes of a plan, and gives that. The caller holds the lock. */
export function changePlan(
  workspace: RollbackWorkspace,
  selector: string | undefined,
  change: (plan: Plan) => Plan,
): Plan {
  const before = meantPlan(workspace.stateDir, selector);
  const after = stamped(change(before), before, workspace.clock);
  putPlan(workspace, after);
  return after;
}
