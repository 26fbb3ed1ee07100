import { settleForks } from '../fork/settle.js';
import { recoverUnfinished, type Recovery } from '../rollback/recover.js';
import { dropCheckpoint, type RollbackWorkspace } from '../rollback/roll-back.js';
import { clearUpAfterDead, sweepDeadRefLocks } from './clear-up.js';
import { removeDeadGitLocks } from './dead-git-locks.js';
import { readPending, settlePending } from './pending-checkpoint.js';

/**
 * Finishes or undoes whatever an earlier process left unfinished, and says so. The caller holds
 * the lock. Gives what was done, or null.
 */
export async function recoverWorkspace(
  workspace: RollbackWorkspace,
  lockPath: string,
): Promise<Recovery | null> {
  await removeDeadGitLocks(workspace, lockPath);
  sweepDeadRefLocks(workspace, lockPath, readPending(workspace.stateDir)?.planId ?? null);
  const recovery = await recoverUnfinished(workspace);
  if (recovery?.outcome === 'undone') {
    await dropCheckpoint(workspace, recovery.planId, recovery.safetyCheckpointId);
  }
  // Last, for its note names a safety checkpoint until the recovery has no use for it any more.
  await settlePending(workspace);
  clearUpAfterDead(workspace, lockPath);
  settleForks(workspace.repository);
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
