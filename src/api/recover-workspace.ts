import { recoverUnfinished, type Recovery } from '../rollback/recover.js';
import { dropCheckpoint, type RollbackWorkspace } from '../rollback/roll-back.js';
import { clearUpAfterDead } from './clear-up.js';
import { removeDeadHeadLocks } from './dead-head-locks.js';
import { settlePending } from './pending-checkpoint.js';

/**
 * Finishes or undoes whatever an earlier process left unfinished, and says so. The caller holds
 * the lock. Gives what was done, or null.
 */
export async function recoverWorkspace(
  workspace: RollbackWorkspace,
  lockPath: string,
): Promise<Recovery | null> {
  await removeDeadHeadLocks(workspace);
  const recovery = await recoverUnfinished(workspace);
  if (recovery?.outcome === 'undone') {
    await dropCheckpoint(workspace, recovery.planId, recovery.safetyCheckpointId);
  }
  // Last, for its note names a safety checkpoint until the recovery has no use for it any more.
  const pending = await settlePending(workspace);
  clearUpAfterDead(workspace, lockPath, pending?.planId ?? null);
  if (recovery === null) return null;
  const { operation, checkpointId, outcome, retired } = recovery;
  workspace.warn({
    code: 'RECOVERED',
    message: `an earlier ${operation} to ${checkpointId} was cut off; it has been ${outcome}`,
  });
  if (retired.length > 0) {
    workspace.warn({
      code: 'RETIRED',
      message: 'files that had changed since were set aside: see trash in the state directory',
      paths: retired.map(({ path }) => path),
    });
  }
  return recovery;
}
