import type { Checkpoint } from '../checkpoint/metadata.js';
import type { Plan, RollbackEntry } from '../plan/types.js';
import { dropCheckpoint } from '../rollback/roll-back.js';
import { putPlan, stamped } from './put-plan.js';
import { checkpointsOf, meantCheckpoint } from './select.js';
import type { Session } from './session.js';
import type { NamedCheckpointData } from './workspace.js';

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

/** Deletes one checkpoint; its objects go with git's own garbage collection. */
export async function deleteCheckpoint(
  session: Session,
  selector: string,
  planSelector: string | undefined,
): Promise<NamedCheckpointData> {
  return session.locked(async (workspace) => {
    const { plan, checkpoint } = await meantCheckpoint(workspace, selector, planSelector);
    const { checkpoint_id: id } = checkpoint;
    const all = await checkpointsOf(workspace, plan.plan_id);
    const remaining = all.filter(({ checkpoint_id: other }) => other !== id);
    putPlan(workspace, stamped(withoutCheckpoint(plan, remaining, id), plan, workspace.clock));
    await dropCheckpoint(workspace, plan.plan_id, id);
    return { checkpoint };
  });
}
