import type { Checkpoint } from '../checkpoint/metadata.js';
import type { OperationOptions } from '../core/types.js';
import { assertCanRollBack } from '../plan/guards.js';
import { readPlan } from '../plan/plan-file.js';
import { relatedPlans } from '../plan/related-plans.js';
import { planState, stateDigest } from '../plan/plan-state.js';
import { assertNoOperationInProgress } from '../rollback/guards.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { createCheckpoint } from './create-checkpoint.js';
import type { AttemptData, CheckpointCreateData } from './data.js';
import { isWorktreeAsAt } from './is-as-at.js';
import { meantCheckpoint } from './select.js';
import { rollback } from './rollback.js';
import type { Session } from './session.js';
import type { AttemptOptions } from './types.js';

/** What became of the work: its own error, if it threw one, is not piton's to change. */
export interface Attempted {
  data: AttemptData;
  thrown: { error: unknown } | null;
}

/**
 * Takes a checkpoint, does the work, and rolls back when the work says that it failed, or throws.
 * No lock is held while it works.
 * @param work gives whether what it did is to stay
 * @throws {PitonError} before the work begins, also when the rollback would be refused already;
 * or when the rollback fails
 */
export async function attempt(
  session: Session,
  work: () => Promise<boolean>,
  options: AttemptOptions,
): Promise<Attempted> {
  const { onFailure = 'rollback', signal, onProgress } = options;
  const operation = { signal, onProgress };
  const before = await createCheckpoint(session, { ...options, kind: 'pre_run' });
  if (onFailure === 'rollback') await assertCanGoBack(session, before);
  signal?.throwIfAborted();
  const { succeeded, thrown } = await outcomeOf(work);
  if (succeeded || onFailure === 'keep') {
    return { data: { ...before, outcome: 'kept', rollback: null }, thrown };
  }
  const data = await goBack(session, before, operation);
  return { data, thrown };
}

async function outcomeOf(
  work: () => Promise<boolean>,
): Promise<{ succeeded: boolean; thrown: Attempted['thrown'] }> {
  try {
    return { succeeded: await work(), thrown: null };
  } catch (error) {
    return { succeeded: false, thrown: { error } };
  }
}

/** Better no work than work that cannot be taken back. */
async function assertCanGoBack(
  session: Session,
  { checkpoint }: CheckpointCreateData,
): Promise<void> {
  const { stateDir, gitDir } = await session.workspace();
  assertCanRollBack(readPlan(stateDir, checkpoint.plan_id));
  assertNoOperationInProgress(gitDir);
}

async function goBack(
  session: Session,
  before: CheckpointCreateData,
  operation: OperationOptions,
): Promise<AttemptData> {
  const { plan_id: plan, checkpoint_id: id } = before.checkpoint;
  const isUnchanged = await session.reading(async (workspace) => {
    const { checkpoint } = await meantCheckpoint(workspace, id, plan);
    return isAsAt(workspace, checkpoint, operation);
  });
  // A failed command that changed nothing, such as a test run, must not use up a reversion.
  if (isUnchanged) return { ...before, outcome: 'unchanged', rollback: null };
  const data = await rollback(session, { ...operation, plan, checkpoint: id });
  return { ...before, outcome: 'rolled_back', rollback: data };
}

/** Whether a rollback to the checkpoint would find nothing to do. */
async function isAsAt(
  workspace: RollbackWorkspace,
  checkpoint: Checkpoint,
  operation: OperationOptions,
): Promise<boolean> {
  const plan = readPlan(workspace.stateDir, checkpoint.plan_id);
  const state = planState(plan, relatedPlans(workspace.stateDir, plan).plans);
  return isWorktreeAsAt(workspace, checkpoint, operation, stateDigest(state));
}
