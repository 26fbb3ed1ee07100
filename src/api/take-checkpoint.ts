import { createCheckpointBy, type Created } from '../checkpoint/create.js';
import { listCheckpointNames, readCheckpoint } from '../checkpoint/list.js';
import type { Checkpoint, CheckpointKind } from '../checkpoint/metadata.js';
import type { View } from '../checkpoint/look.js';
import { quickLook } from '../checkpoint/quick-look.js';
import { formatCheckpointRef } from '../checkpoint/ref-names.js';
import { assertCheckpointName, assertNameFree } from '../checkpoint/select.js';
import { rename } from '../checkpoint/rename.js';
import type { Clock } from '../core/clock.js';
import { PitonError } from '../core/errors.js';
import { timeOfId } from '../core/ids.js';
import type { OperationOptions } from '../core/types.js';
import { deletePlanFile } from '../plan/plan-file.js';
import { formatPlanState, planState, stateDigest } from '../plan/plan-state.js';
import { relatedPlans } from '../plan/related-plans.js';
import { withCheckpoint } from '../plan/rolled-back.js';
import type { Plan } from '../plan/types.js';
import { writeCurrentPlan } from '../plan/workspace-file.js';
import { KEPT_FOR_RUN_MS } from '../retention/policy.js';
import { dropCheckpoint, type RollbackWorkspace } from '../rollback/roll-back.js';
import { clearPending, endPending, forgetPending, notePending } from './pending-checkpoint.js';
import { putPlan, stamped } from './put-plan.js';
import { retain } from './retain.js';
import { checkpointsOf, newestIdOf } from './select.js';

export interface TakeOptions extends OperationOptions {
  kind: CheckpointKind;
  reason: string | null;
  name: string | null;
  source: string | null;
  always: boolean;
  includeIgnored: boolean;
  /** The step that the checkpoint is taken for, if it is. */
  step?: number | undefined;
  /**
   * What becomes of the plan that the checkpoint holds, in the same write of its file. After a
   * kill between checkpoint and file the next command deletes the checkpoint.
   */
  thenPlan?: ((plan: Plan, checkpointId: string) => Plan) | undefined;
}

export interface Taken extends Created<View> {
  /** The plan as its file now has it. */
  plan: Plan;
}

/** The checkpoint a plan calls its latest, or null when there is none or it is gone. */
export async function latestOf(
  { refs, objects }: RollbackWorkspace,
  plan: Plan,
): Promise<Checkpoint | null> {
  const { plan_id: planId, last_checkpoint_id: checkpointId } = plan;
  if (checkpointId === null) return null;
  const name = formatCheckpointRef({ planId, checkpointId });
  const oid = await refs.read(name);
  if (oid === null) return null;
  try {
    return await readCheckpoint({ name, oid }, objects);
  } catch (error) {
    // It is nothing to compare with, and no reason not to take a whole one.
    if (error instanceof PitonError) return null;
    throw error;
  }
}

/**
 * Takes a checkpoint of a plan and makes it the plan's latest. `before` is the plan in its file
 * (null: it has none yet, and becomes the current one), `plan` what it is to be: checkpoint and
 * file change together, or neither does. The caller holds the lock.
 */
export async function takeCheckpoint(
  workspace: RollbackWorkspace,
  before: Plan | null,
  plan: Plan,
  options: TakeOptions,
): Promise<Taken> {
  const { stateDir, clock, durability } = workspace;
  const planId = plan.plan_id;
  if (options.name !== null) await assertNameUsable(workspace, planId, options.name);
  const after = stamped(plan, before ?? plan, clock);
  const { plans: others, damaged } = relatedPlans(stateDir, plan);
  const state = planState(after, [after, ...others]);
  const names = await listCheckpointNames(workspace.refs, planId);
  const latest = await latestOf(workspace, plan);
  const created = await createCheckpointBy(quickLook, workspace, {
    ...options,
    planId,
    phase: after.phase,
    step: after.last_completed_step,
    planState: formatPlanState(state),
    planStateDigest: stateDigest(state),
    newestId: newestIdOf(names),
    latest,
    always: options.always || !mayStandForIt(latest, options.kind, clock),
    announce: (checkpointId) =>
      notePending(stateDir, {
        ...{ planId, checkpointId, step: options.step },
        kind: options.thenPlan === undefined ? 'ordinary' : 'decision',
        isNewPlan: before === null,
      }),
  }).catch(async (error: unknown) => {
    await forgetPending(workspace);
    throw error;
  });
  if (!created.created) return await reuse(workspace, before, after, created, options);
  const { checkpoint_id: checkpointId } = created.checkpoint;
  let final: Plan;
  try {
    final = planWith(checkpointId, after, options, clock);
    putPlan(workspace, final);
    if (before === null) writeCurrentPlan(stateDir, planId, durability);
  } catch (error) {
    await dropCheckpoint(workspace, planId, checkpointId);
    if (before === null) deletePlanFile(stateDir, planId, durability);
    clearPending(stateDir);
    throw error;
  }
  endPending(workspace);
  await retain(workspace, final, { plans: [final, ...others], damaged });
  return { ...created, plan: final };
}

/**
 * What a run may go back to must outlive it, whatever is pruned meanwhile, and retention keeps only
 * what says that it was taken before a run, and that not for ever.
 */
function mayStandForIt(latest: Checkpoint | null, kind: CheckpointKind, clock: Clock): boolean {
  if (latest === null || kind !== 'pre_run') return true;
  const age = clock.now() - timeOfId(latest.checkpoint_id);
  return latest.kind === 'pre_run' && age < KEPT_FOR_RUN_MS / 2;
}

/** The plan that a checkpoint was taken of, once it stands. */
function planWith(
  checkpointId: string,
  plan: Plan,
  { step, thenPlan }: TakeOptions,
  clock: Clock,
): Plan {
  const taken = withCheckpoint(plan, checkpointId, step);
  return thenPlan === undefined ? taken : stamped(thenPlan(taken, checkpointId), taken, clock);
}

async function assertNameUsable(
  workspace: RollbackWorkspace,
  planId: string,
  name: string,
): Promise<void> {
  assertCheckpointName(name);
  const known = await checkpointsOf(workspace, planId);
  assertNameFree(known, name);
}

/** Nothing changed: the latest checkpoint stands for this one too, and takes its name. */
async function reuse(
  workspace: RollbackWorkspace,
  before: Plan | null,
  after: Plan,
  created: Created<View>,
  options: TakeOptions,
): Promise<Taken> {
  const { name, step, thenPlan } = options;
  const checkpoint =
    name === null ? created.checkpoint : await rename(workspace, created.checkpoint, name);
  const isSamePlan = before !== null && step === undefined && thenPlan === undefined;
  const final = isSamePlan
    ? before
    : planWith(checkpoint.checkpoint_id, after, options, workspace.clock);
  if (!isSamePlan) putPlan(workspace, final);
  return { ...created, checkpoint, plan: final };
}
