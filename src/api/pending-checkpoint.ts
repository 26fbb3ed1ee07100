import { join } from 'node:path';
import { formatCheckpointRef } from '../checkpoint/ref-names.js';
import { readCheckpoint } from '../checkpoint/list.js';
import { Sidecar } from '../checkpoint/sidecar.js';
import { PitonError } from '../core/errors.js';
import { isId } from '../core/ids.js';
import { LIMITS } from '../core/limits.js';
import { writeAtomic } from '../disk/atomic-write.js';
import { readBounded } from '../disk/read.js';
import { removeFile } from '../disk/remove-file.js';
import { parsePlanState, type PlanState } from '../plan/plan-state.js';
import type { Plan } from '../plan/types.js';
import { withCheckpoint } from '../plan/rolled-back.js';
import { writeCurrentPlan } from '../plan/workspace-file.js';
import { leftoversWarning } from '../rollback/apply.js';
import { readJournal } from '../rollback/journal.js';
import { deleteLoneSidecars } from '../retention/prune.js';
import { dropCheckpoint, type RollbackWorkspace } from '../rollback/roll-back.js';
import { dropFromPlan, dropPlan } from './drop.js';
import { findPlan, putPlan } from './put-plan.js';

/*
 * A checkpoint stands once its ref does, but the plan file names it only a moment later; and a
 * deletion takes more than one write. This note lies in the state directory in between, so that
 * the next command can finish what a kill cut off: the sidecar holds the plan as it was going to
 * be.
 */
const NOTE = 'pending-checkpoint';

/**
 * `safety`: it goes again unless a journal has taken it over. `decision`: it goes again unless the
 * plan's file, in which a decision comes with it, names it. `deletion`: of the checkpoint.
 * `plan_deletion`: of the whole plan. `plan_creation`: of one that becomes the current plan.
 * `prune`: of some of a plan's checkpoints, which nothing else mentions. For these three the
 * checkpoint's id is the plan's.
 */
const KINDS = [
  ...(['ordinary', 'safety', 'decision', 'deletion'] as const),
  ...(['plan_deletion', 'plan_creation', 'prune'] as const),
];

interface PendingFacts {
  planId: string;
  checkpointId: string;
  kind: (typeof KINDS)[number];
  /** The step that the checkpoint is taken for. */
  step?: number | undefined;
  /** The plan is made with the checkpoint and becomes the current one. */
  isNewPlan?: boolean;
}

type Pending = PendingFacts & { isSafety: boolean };

export function notePending(stateDir: string, pending: PendingFacts): void {
  const { planId, checkpointId, kind, step, isNewPlan = false } = pending;
  const words = [planId, checkpointId];
  if (kind !== 'ordinary') words.push(kind);
  if (step !== undefined) words.push(`step=${step}`);
  if (isNewPlan) words.push('new_plan');
  writeAtomic(join(stateDir, NOTE), `${words.join(' ')}\n`, { durability: 'fast' });
}

export function clearPending(stateDir: string): void {
  removeFile(join(stateDir, NOTE));
}

/**
 * After an error, with the lock held: deletes the checkpoint that was to be made, and its note.
 * What an unfinished rollback needs stays; what cannot be done now is left to the next command.
 */
export async function forgetPending(workspace: RollbackWorkspace): Promise<void> {
  const { stateDir } = workspace;
  try {
    const pending = readPending(stateDir);
    if (pending === null || readJournal(stateDir) !== null) return;
    await dropCheckpoint(workspace, pending.planId, pending.checkpointId);
    clearPending(stateDir);
  } catch {
    // The error that led here is the one to tell of.
  }
}

/** Once what the note is about stands, failing to remove it must not make a failure of that. */
export function endPending(workspace: RollbackWorkspace): void {
  try {
    clearPending(workspace.stateDir);
  } catch (error) {
    workspace.warn(leftoversWarning(error));
  }
}

export function readPending(stateDir: string): Pending | null {
  const text = readBounded(join(stateDir, NOTE), LIMITS.gitFileBytes)?.toString('latin1');
  if (text === undefined) return null;
  const [planId = '', checkpointId = '', ...words] = text.trim().split(' ');
  if (isId(planId) && isId(checkpointId)) {
    const kind = KINDS.find((one) => words.includes(one)) ?? 'ordinary';
    const step = words.flatMap((word) => /^step=(\d{1,15})$/.exec(word)?.[1] ?? []).map(Number)[0];
    const isNewPlan = words.includes('new_plan');
    return { planId, checkpointId, kind, step, isNewPlan, isSafety: kind === 'safety' };
  }
  throw new PitonError('STATE_DAMAGED', 'the note of a pending checkpoint is damaged', {
    hint: "run 'piton doctor --repair'",
    details: { path: NOTE },
  });
}

/**
 * Finishes or forgets a checkpoint whose making was cut off, or a deletion, and gives what it was.
 * A safety checkpoint that an unfinished rollback needs stays pending. The caller holds the lock.
 */
export async function settlePending(workspace: RollbackWorkspace): Promise<Pending | null> {
  const { stateDir } = workspace;
  const pending = readPending(stateDir);
  if (pending === null) return null;
  const { planId, checkpointId, kind } = pending;
  if (kind === 'safety') {
    const journal = readJournal(stateDir)?.journal;
    if (journal?.safetyCheckpointId === checkpointId) return pending;
    await settleSafety(workspace, pending);
  } else if (kind === 'decision') await settleDecision(workspace, pending);
  else if (kind === 'deletion') await dropFromPlan(workspace, planId, checkpointId);
  else if (kind === 'plan_deletion') await dropPlan(workspace, planId);
  else if (kind === 'prune') await deleteLoneSidecars(workspace.refs, planId);
  else if (kind === 'plan_creation') settleCreation(workspace, planId);
  else await settleOrdinary(workspace, pending);
  clearPending(stateDir);
  return pending;
}

async function settleSafety(workspace: RollbackWorkspace, pending: Pending): Promise<void> {
  const plan = findPlan(workspace.stateDir, pending.planId);
  const stands = plan?.rollbacks.undo.concat(plan.rollbacks.redo) ?? [];
  if (stands.some((entry) => entry.from_checkpoint_id === pending.checkpointId)) return;
  await dropCheckpoint(workspace, pending.planId, pending.checkpointId);
}

async function settleDecision(workspace: RollbackWorkspace, pending: Pending): Promise<void> {
  const { planId, checkpointId } = pending;
  if (findPlan(workspace.stateDir, planId)?.last_checkpoint_id === checkpointId) return;
  await dropCheckpoint(workspace, planId, checkpointId);
}

function settleCreation({ stateDir, durability }: RollbackWorkspace, planId: string): void {
  if (findPlan(stateDir, planId) !== null) writeCurrentPlan(stateDir, planId, durability);
}

async function settleOrdinary(workspace: RollbackWorkspace, pending: Pending): Promise<void> {
  const { refs, objects, stateDir, durability } = workspace;
  const name = formatCheckpointRef(pending);
  const oid = await refs.read(name);
  if (oid === null) {
    await dropCheckpoint(workspace, pending.planId, pending.checkpointId);
    return;
  }
  const checkpoint = await readCheckpoint({ name, oid }, objects);
  const sidecar = await Sidecar.open(checkpoint, refs, objects);
  const plan = withoutSubplans(parsePlanState(await sidecar.readPlanState(), 'plan.json'));
  putPlan(workspace, withCheckpoint(plan, pending.checkpointId, pending.step));
  if (pending.isNewPlan === true) writeCurrentPlan(stateDir, pending.planId, durability);
}

function withoutSubplans({ subplans, ...plan }: PlanState): Plan {
  void subplans;
  return plan;
}
