import { listCheckpointNames } from '../checkpoint/list.js';
import type { Checkpoint } from '../checkpoint/metadata.js';
import { pathToJson, textOf, type BytePath } from '../core/byte-path.js';
import type { OperationOptions } from '../core/types.js';
import { relatedPlans } from '../plan/related-plans.js';
import { formatPlanState, planState, stateDigest, type PlanState } from '../plan/plan-state.js';
import { withKeeps } from '../plan/pointers.js';
import type { Plan } from '../plan/types.js';
import type { HeadSwap, JournalOperation } from '../rollback/journal.js';
import type { RefEdit } from '../store/ref-store.js';
import { assertNoOperationInProgress } from '../rollback/guards.js';
import { assertToken, rehearseRollback, type Rehearsal } from '../rollback/rehearse.js';
import {
  outlookOf,
  rollBack,
  type RollbackRequest,
  type RollbackResult,
  type RollbackWorkspace,
} from '../rollback/roll-back.js';
import { readTarget } from '../rollback/target.js';
import type { ArchiveMove } from '../rollback/archive.js';
import type { ArchivedPathData, RollbackData } from './data.js';
import { endPending, notePending, settlePending } from './pending-checkpoint.js';
import { stamped } from './put-plan.js';
import { obstaclesAsRetired, rollbackData, toBeArchived } from './rollback-data.js';
import { newestIdOf } from './select.js';
import { subplansAfter, warnOfReverted } from './subplans-after.js';
import { latestOf } from './take-checkpoint.js';

export interface CarryOut extends OperationOptions {
  operation: JournalOperation;
  plan: Plan;
  checkpoint: Checkpoint;
  /** The plan as it was at the checkpoint, with the plans below it. */
  then: PlanState;
  paths: readonly BytePath[] | null;
  moveHead: boolean;
  /** Into or out of which archive files are moved. */
  archive: ArchiveMove | null;
  force: boolean;
  dryRun: boolean;
  token: string | null;
  /** What becomes of the plan, given the safety checkpoint's id. */
  planAfter: (safetyCheckpointId: string, head: HeadSwap | null) => Plan;
  /** When a rollback that moved HEAD is taken back: the branch that it moved. */
  alsoBranch: RefEdit | null;
}

export interface CarriedOut {
  rollback: RollbackData;
  /** What was moved into an archive, or would be. */
  archived: ArchivedPathData[];
}

/** Whether it counts as a rollback; undo and redo are always allowed. */
function isCounted({ operation }: CarryOut): boolean {
  return operation === 'rollback' || operation === 'correction';
}

/** Shows what a rollback would do, and does nothing. */
async function rehearseOnly(
  workspace: RollbackWorkspace,
  request: CarryOut,
  startedAt: number,
): Promise<CarriedOut> {
  const { plan, checkpoint, token, archive } = request;
  if (isCounted(request) && !request.force) assertNoOperationInProgress(workspace.gitDir);
  const target = await readTarget(checkpoint, workspace, request);
  const rehearsal = await rehearseRollback(workspace, target, request, request);
  assertToken(token, rehearsal.token);
  warnOfReverted(workspace, subplansAfter(workspace, request), true);
  warnOfHeld(workspace, rehearsal);
  const data = rollbackData({
    plan,
    checkpointId: checkpoint.checkpoint_id,
    safetyCheckpointId: null,
    rehearsal,
    headThen: target.manifest.head,
    headNow: rehearsal.head,
    outlook: outlookOf(target, request, rehearsal.head),
    retired: obstaclesAsRetired(rehearsal.survey),
    dryRun: true,
    startedAt,
  });
  const { proposal } = rehearsal;
  return { rollback: data, archived: archive?.direction === 'into' ? toBeArchived(proposal) : [] };
}

/** Says what the state that is gone back to had, and only the trash still has. */
function warnOfHeld(workspace: RollbackWorkspace, { held }: Rehearsal): void {
  if (held.length === 0) return;
  const where = held.map(({ to }) => textOf(to) ?? to).join(', ');
  workspace.warn({
    code: 'NOT_BROUGHT_BACK',
    message:
      'files that are in no checkpoint were retired then and stay where they are, since they ' +
      `were changed or their place is taken; they are in the state directory: ${where}`,
    paths: held.map(({ path }) => path),
  });
}

function safetyReason({ operation, checkpoint }: CarryOut): string {
  const what = operation === 'rollback' ? 'rolling back' : operation;
  return `before ${what} to ${checkpoint.checkpoint_id}`;
}

/** A rollback that failed has no use for the note, unless clearing up failed too. */
async function rollBackNoted(
  workspace: RollbackWorkspace,
  request: RollbackRequest,
): Promise<RollbackResult> {
  try {
    return await rollBack(workspace, request);
  } catch (error) {
    // With the note there, the next command clears up; what made the rollback fail is told now.
    await settlePending(workspace).catch(() => null);
    throw error;
  }
}

/**
 * Rolls back, undoes or redoes; the files of the plan and its subplans change with the worktree or
 * not at all.
 */
export async function carryOut(
  workspace: RollbackWorkspace,
  request: CarryOut,
): Promise<CarriedOut> {
  const startedAt = performance.now();
  if (request.dryRun) return rehearseOnly(workspace, request, startedAt);
  const { plan, checkpoint } = request;
  const state: PlanState = planState(plan, relatedPlans(workspace.stateDir, plan).plans);
  const newestId = newestIdOf(await listCheckpointNames(workspace.refs, plan.plan_id));
  // What is as it was then need not be read again.
  const latest = await latestOf(workspace, plan);
  const subplans = subplansAfter(workspace, request);
  const changing = new Set(subplans.map(({ plan_id: id }) => id));
  const before = [plan, ...state.subplans.filter(({ plan_id: id }) => changing.has(id))];
  let after = plan;
  const result = await rollBackNoted(workspace, {
    ...request,
    planId: plan.plan_id,
    target: checkpoint,
    safety: {
      planState: formatPlanState(state),
      planStateDigest: stateDigest(state),
      newestId,
      latest,
      phase: plan.phase,
      step: plan.last_completed_step,
      reason: safetyReason(request),
    },
    announceSafety: (checkpointId) =>
      notePending(workspace.stateDir, { planId: plan.plan_id, checkpointId, kind: 'safety' }),
    plansAfter: (safetyCheckpointId, head) => {
      const planned = request.planAfter(safetyCheckpointId, head);
      const kept = withKeeps(planned, safetyCheckpointId, before, [planned, ...subplans]);
      after = stamped(kept, plan, workspace.clock);
      return [{ ...after }, ...subplans.map((subplan) => ({ ...subplan }))];
    },
  });
  endPending(workspace);
  warnOfReverted(workspace, subplans, false);
  const { rehearsal, outlook, target } = result;
  warnOfHeld(workspace, rehearsal);
  const data = rollbackData({
    plan: after,
    checkpointId: checkpoint.checkpoint_id,
    safetyCheckpointId: result.safety.checkpoint_id,
    rehearsal,
    headThen: target.manifest.head,
    headNow: rehearsal.head,
    outlook,
    retired: result.retired,
    dryRun: false,
    startedAt,
  });
  const archived = result.archived.map(({ path, to }) => ({ path: pathToJson(path), to }));
  return { rollback: data, archived };
}
