import { dropFromPlan } from './drop.js';
import { clearPending, endPending, notePending } from './pending-checkpoint.js';
import { findPlan, putPlan, stamped } from './put-plan.js';
import { meantCheckpoint } from './select.js';
import type { Session } from './session.js';
import type { NamedCheckpointData } from './workspace.js';

/**
 * Deletes one checkpoint; its objects go with git's own garbage collection. When its ref is gone
 * the rest follows, if need be by the next command; any error before leaves all as it was.
 */
export async function deleteCheckpoint(
  session: Session,
  selector: string,
  planSelector: string | undefined,
): Promise<NamedCheckpointData> {
  return session.locked(async (workspace) => {
    const { plan, checkpoint } = await meantCheckpoint(workspace, selector, planSelector);
    const { checkpoint_id: checkpointId } = checkpoint;
    const { plan_id: planId } = plan;
    const { stateDir, refs, clock } = workspace;
    notePending(stateDir, { planId, checkpointId, kind: 'deletion' });
    try {
      await dropFromPlan(workspace, planId, checkpointId);
    } catch (error) {
      if ((await refs.read(checkpoint.ref)) === null) throw error;
      const now = findPlan(stateDir, planId) ?? plan;
      putPlan(workspace, stamped(plan, now, clock));
      clearPending(stateDir);
      throw error;
    }
    endPending(workspace);
    return { checkpoint };
  });
}
