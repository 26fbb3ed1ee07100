import { nextId } from '../core/ids.js';
import { newPlan } from '../plan/new-plan.js';
import { createPlanFile, deletePlanFile, readPlan } from '../plan/plan-file.js';
import { listHeads } from '../plan/plan-heads.js';
import { assertPlanName, resolvePlan } from '../plan/resolve-plan.js';
import { assertOpen } from '../plan/guards.js';
import type { Plan } from '../plan/types.js';
import { readWorkspaceFile, writeCurrentPlan } from '../plan/workspace-file.js';
import type { PlanData } from './data.js';
import { clearPending, endPending, notePending } from './pending-checkpoint.js';
import { describePlan } from './plan-data.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import type { Session } from './session.js';
import type { PlanOptions } from './types.js';

/** Makes a plan and makes it current. */
export async function createPlan(session: Session, options: PlanOptions): Promise<PlanData> {
  await session.ensureRepository(false);
  return session.locked(async (workspace) => {
    const { stateDir, clock } = workspace;
    const heads = listHeads(stateDir);
    const { parent, name, ...settings } = options;
    if (name !== undefined) assertPlanName(name, heads);
    const parentPlan =
      parent === undefined ? null : readPlan(stateDir, resolvePlan(heads, parent).plan_id);
    if (parentPlan !== null) assertOpen(parentPlan);
    const now = clock.now();
    const id = nextId(now, heads.at(-1)?.plan_id);
    const plan = newPlan({ ...settings, name, id, now, parentPlanId: parentPlan?.plan_id });
    makeCurrent(workspace, plan);
    return describePlan(workspace, plan);
  });
}

/** The plan is there and is the current one, or neither; the note is for a kill in between. */
function makeCurrent(workspace: RollbackWorkspace, plan: Plan): void {
  const { stateDir, durability } = workspace;
  const { plan_id: planId } = plan;
  const current = readWorkspaceFile(stateDir).current_plan_id;
  notePending(stateDir, { planId, checkpointId: planId, kind: 'plan_creation' });
  try {
    createPlanFile(stateDir, plan, durability);
    writeCurrentPlan(stateDir, planId, durability);
  } catch (error) {
    if (readWorkspaceFile(stateDir).current_plan_id !== current) {
      writeCurrentPlan(stateDir, current, durability);
    }
    deletePlanFile(stateDir, planId, durability);
    clearPending(stateDir);
    throw error;
  }
  endPending(workspace);
}
