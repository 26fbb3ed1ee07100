import { listCheckpointRefs } from '../checkpoint/list.js';
import type { Checkpoint } from '../checkpoint/metadata.js';
import { parseStateRef, stateRefsOf } from '../checkpoint/ref-names.js';
import { deletePlanFile } from '../plan/plan-file.js';
import type { Plan, RollbackEntry } from '../plan/types.js';
import { readWorkspaceFile, writeCurrentPlan } from '../plan/workspace-file.js';
import { dropCheckpoint, type RollbackWorkspace } from '../rollback/roll-back.js';
import type { Ref } from '../store/ref-store.js';
import { findPlan, putPlan, stamped } from './put-plan.js';
import { checkpointsOf } from './select.js';

/** The plan without a checkpoint: what it would lead back to is forgotten with it. */
function withoutCheckpoint(plan: Plan, remaining: readonly Checkpoint[], id: string): Plan {
  const isUsable = ({ from_checkpoint_id: from }: RollbackEntry): boolean => from !== id;
  const { undo, redo } = plan.rollbacks;
  const isLatest = plan.last_checkpoint_id === id;
  const latest = remaining.filter(({ kind }) => kind !== 'pre_rollback').at(-1);
  return {
    ...plan,
    last_checkpoint_id: isLatest ? (latest?.checkpoint_id ?? null) : plan.last_checkpoint_id,
    rollbacks: {
      undo: undo.slice(undo.findLastIndex((entry) => !isUsable(entry)) + 1),
      redo: redo.slice(redo.findLastIndex((entry) => !isUsable(entry)) + 1),
    },
  };
}

/** Deletes a checkpoint and its plan's mentions of it, wherever that was cut off before. */
export async function dropFromPlan(
  workspace: RollbackWorkspace,
  planId: string,
  checkpointId: string,
): Promise<void> {
  const plan = findPlan(workspace.stateDir, planId);
  if (plan !== null) {
    const all = await checkpointsOf(workspace, planId);
    const remaining = all.filter(({ checkpoint_id: other }) => other !== checkpointId);
    const after = withoutCheckpoint(plan, remaining, checkpointId);
    putPlan(workspace, stamped(after, plan, workspace.clock));
  }
  await dropCheckpoint(workspace, planId, checkpointId);
}

/** The refs of a plan's checkpoints, then those of sidecars: what goes with the plan. */
export async function refsOfPlan({ refs }: RollbackWorkspace, planId: string): Promise<Ref[]> {
  const states = await refs.list(stateRefsOf(planId));
  // What nobody knows what it is stays.
  const known = states.filter(({ name }) => parseStateRef(name) !== null);
  return [...(await listCheckpointRefs(refs, planId)), ...known];
}

/** Deletes a plan and all its checkpoints, wherever that was cut off before. */
export async function dropPlan(workspace: RollbackWorkspace, planId: string): Promise<void> {
  const { stateDir, durability, refs } = workspace;
  if (readWorkspaceFile(stateDir).current_plan_id === planId) {
    writeCurrentPlan(stateDir, null, durability);
  }
  const edits = (await refsOfPlan(workspace, planId)).map(({ name, oid }) => {
    return { name, expected: oid, value: null };
  });
  if (edits.length > 0) await refs.transact(edits);
  deletePlanFile(stateDir, planId, durability);
}
