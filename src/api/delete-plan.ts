import type { PlanData } from './data.js';
import { readWorkspaceFile, writeCurrentPlan } from '../plan/workspace-file.js';
import { dropPlan, refsOfPlan } from './drop.js';
import { clearPending, endPending, notePending } from './pending-checkpoint.js';
import { describePlan } from './plan-data.js';
import { meantPlan } from './select.js';
import type { Session } from './session.js';

/**
 * Deletes a plan and all its checkpoints; the objects go with git's own garbage collection. When
 * the first of them is gone the rest follows, if need be by the next command; any error before
 * leaves all as it was.
 */
export async function deletePlan(session: Session, selector: string): Promise<PlanData> {
  return session.locked(async (workspace) => {
    const { stateDir, durability } = workspace;
    const plan = meantPlan(stateDir, selector);
    const data = await describePlan(workspace, plan);
    const { plan_id: planId } = plan;
    const current = readWorkspaceFile(stateDir).current_plan_id;
    const refs = await refsOfPlan(workspace, planId);
    notePending(stateDir, { planId, checkpointId: planId, kind: 'plan_deletion' });
    try {
      await dropPlan(workspace, planId);
    } catch (error) {
      if ((await refsOfPlan(workspace, planId)).length < refs.length) throw error;
      writeCurrentPlan(stateDir, current, durability);
      clearPending(stateDir);
      throw error;
    }
    endPending(workspace);
    return data;
  });
}
