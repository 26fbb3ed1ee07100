import { join } from 'node:path';
import { PitonError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import { readBounded } from '../disk/read.js';
import { createPlanFile, planFilePath } from '../plan/plan-file.js';
import { withCheckpoint } from '../plan/rolled-back.js';
import type { Plan } from '../plan/types.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import type { DoctorContext } from './check.js';
import { statesOf, type KnownState } from './plan-states.js';
import { setAside } from './set-aside.js';

/** Undo and redo take safety checkpoints too, and are not counted. */
const UNCOUNTED = /^before (?:undo|redo) to /;

function isNewer(one: KnownState, other: KnownState): boolean {
  const [left, right] = [one.plan.updated_at, other.plan.updated_at];
  return left === right ? one.checkpointId > other.checkpointId : left > right;
}

/** A safety checkpoint holds the count from before the rollback that it was taken for. */
function countAfter({ plan, checkpoint }: KnownState): number {
  const isCounted = checkpoint?.kind === 'pre_rollback' && !UNCOUNTED.test(checkpoint.reason);
  return plan.reversion_count + (isCounted ? 1 : 0);
}

/**
 * The newest of a plan's known states as its file had it once the checkpoint stood. The count of
 * its reversions is the highest that any of them tells, for it never goes down. Null when there
 * are no states.
 */
function newestPlan(states: readonly KnownState[], leastCount: number): Plan | null {
  const [first, ...others] = states;
  if (first === undefined) return null;
  const newest = others.reduce((best, one) => (isNewer(one, best) ? one : best), first);
  const { plan, checkpoint, checkpointId } = newest;
  const isLatest = checkpoint !== null && checkpoint.kind !== 'pre_rollback';
  const isForStep = checkpoint?.kind === 'step' || checkpoint?.kind === 'interval';
  const step = isForStep ? plan.last_completed_step : undefined;
  const reached = isLatest ? withCheckpoint(plan, checkpointId, step) : plan;
  return { ...reached, reversion_count: Math.max(leastCount, ...states.map(countAfter)) };
}

const COUNT = /"reversion_count":\s*(\d{1,9})\b/;

/** The count that a damaged file still tells: since the last rollback only the file has it. */
function countIn(path: string): number {
  try {
    const text = readBounded(path, LIMITS.planFileBytes)?.toString('latin1') ?? '';
    return Number(COUNT.exec(text)?.[1] ?? 0);
  } catch (error) {
    if (error instanceof PitonError) return 0;
    throw error;
  }
}

/** The note would have the plan's undo entries decide about the checkpoint; they are gone. */
function setAsideSafetyNote({ repository, readPending }: DoctorContext, planId: string): void {
  let isConcerned: boolean;
  try {
    const pending = readPending();
    isConcerned = pending?.isSafety === true && pending.planId === planId;
  } catch (error) {
    if (error instanceof PitonError) return;
    throw error;
  }
  if (isConcerned) setAside(repository.stateDir, '', 'pending-checkpoint');
}

/**
 * A plan as the newest sidecar that tells of it would have it, or null.
 * @throws {PitonError} `UNSUPPORTED_FORMAT` when a newer piton wrote one of them.
 */
export async function planFromSidecars(
  workspace: RollbackWorkspace,
  planId: string,
): Promise<Plan | null> {
  return newestPlan(await statesOf(workspace, planId), 0);
}

/**
 * Makes a lost plan file anew from the sidecars of the plan's checkpoints.
 * @throws {PitonError} `STATE_DAMAGED` when none of them can be read; `UNSUPPORTED_FORMAT`.
 */
export async function rebuildLostPlan(context: DoctorContext, planId: string): Promise<void> {
  const { repository, durability } = context;
  const plan = await planFromSidecars(await context.workspace(), planId);
  if (plan === null) {
    throw new PitonError('STATE_DAMAGED', 'no sidecar of its checkpoints can be read', {
      hint: 'its checkpoints can be looked at, and checked out, with git',
    });
  }
  setAsideSafetyNote(context, planId);
  createPlanFile(repository.stateDir, plan, durability);
}

/**
 * Sets a damaged plan file aside and makes it anew, if any sidecar has the plan. Without one the
 * plan has no checkpoint that could be used, and only its damaged file remains.
 */
export async function replaceDamagedPlan(context: DoctorContext, planId: string): Promise<void> {
  const { stateDir } = context.repository;
  const states = await statesOf(await context.workspace(), planId);
  const plan = newestPlan(states, countIn(join(stateDir, planFilePath(planId))));
  setAsideSafetyNote(context, planId);
  setAside(stateDir, 'plans', `${planId}.json`);
  if (plan !== null) createPlanFile(stateDir, plan, context.durability);
}
