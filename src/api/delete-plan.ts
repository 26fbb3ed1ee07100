import { formatStateRef, parseCheckpointRef, stateRefsOf } from '../checkpoint/ref-names.js';
import { listCheckpointRefs } from '../checkpoint/list.js';
import { deletePlanFile } from '../plan/plan-file.js';
import { readWorkspaceFile, writeCurrentPlan } from '../plan/workspace-file.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import type { RefEdit } from '../store/ref-store.js';
import type { PlanData } from './data.js';
import { describePlan } from './plan-data.js';
import { meantPlan } from './select.js';
import type { Session } from './session.js';

/** Deletes a plan and all its checkpoints; the objects go with git's own garbage collection. */
export async function deletePlan(session: Session, selector: string): Promise<PlanData> {
  return session.locked(async (workspace) => {
    const { stateDir, durability } = workspace;
    const plan = meantPlan(stateDir, selector);
    const data = await describePlan(workspace, plan);
    if (readWorkspaceFile(stateDir).current_plan_id === plan.plan_id) {
      writeCurrentPlan(stateDir, null, durability);
    }
    await deleteRefs(workspace, plan.plan_id);
    deletePlanFile(stateDir, plan.plan_id, durability);
    return data;
  });
}

async function deleteRefs({ refs }: RollbackWorkspace, planId: string): Promise<void> {
  const checkpoints = await listCheckpointRefs(refs, planId);
  const states = await refs.list(stateRefsOf(planId));
  const known = new Set(
    checkpoints.map(({ name }) =>
      formatStateRef({ planId, checkpointId: parseCheckpointRef(name)?.checkpointId ?? '' }),
    ),
  );
  const own = states.filter(({ name }) => known.has(name));
  const edits: RefEdit[] = [...checkpoints, ...own].map(({ name, oid }) => {
    return { name, expected: oid, value: null };
  });
  if (edits.length > 0) await refs.transact(edits);
}
