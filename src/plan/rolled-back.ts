import { PitonError } from '../core/errors.js';
import { isoTime } from '../core/clock.js';
import type { JsonPath } from '../core/byte-path.js';
import { LIMITS } from '../core/limits.js';
import type { PlanState } from './plan-state.js';
import type { Correction, MovedBranch, Plan, RollbackEntry } from './types.js';

/** What a rollback did, as far as the plan is concerned. Times in milliseconds since the epoch. */
export interface RollbackFacts {
  /** What was rolled back to. */
  checkpointId: string;
  /** The checkpoint that was taken first, of what the rollback replaced. */
  safetyCheckpointId: string;
  /** The correction that it is part of. */
  correctionId?: string | undefined;
  /** Whether HEAD was moved along. */
  headMoved?: boolean | undefined;
  movedBranch?: MovedBranch | null | undefined;
  /** Null: everything was rolled back. */
  paths?: readonly JsonPath[] | null | undefined;
  now: number;
}

/**
 * What a rollback makes of a plan's fields:
 *
 * | field | becomes | because it is |
 * |---|---|---|
 * | last_completed_step, steps, decisions | as at the checkpoint | position |
 * | phase, context, outputs | as at the checkpoint | position |
 * | last_checkpoint_id | the checkpoint (undo, redo: as it was then) | position |
 * | reversion_count | one more, never less than before (undo, redo: kept) | history |
 * | corrections | kept, also those made since (undo, redo: see `withCorrection`) | history |
 * | rollbacks | one more to undo, none to redo (undo, redo: one moves over) | history |
 * | status | kept, but `reverted` becomes `active`: the work is there again | the user's word |
 * | name, parent_plan_id, max_reversions, checkpoint_every_*, retention | kept | settings |
 * | forked_from | kept | history |
 * | plan_id, schema_version, created_at, and keys that are not ours | kept | not a position |
 * | updated_at | now | bookkeeping |
 */
function positionOf(at: Plan) {
  const { phase, last_completed_step, last_checkpoint_id, steps, decisions } = at;
  const { context, outputs } = at;
  return { phase, last_completed_step, last_checkpoint_id, steps, decisions, context, outputs };
}

function movedTo(current: Plan, at: Plan, now: number): Plan {
  return {
    ...current,
    ...positionOf(at),
    status: current.status === 'reverted' ? 'active' : current.status,
    // A state that was fetched can be ahead of a plan file that was made anew.
    reversion_count: Math.max(current.reversion_count, at.reversion_count),
    updated_at: isoTime(now),
  };
}

function entryOf(current: Plan, facts: RollbackFacts): RollbackEntry {
  return {
    from_checkpoint_id: facts.safetyCheckpointId,
    to_checkpoint_id: facts.checkpointId,
    last_checkpoint_id: current.last_checkpoint_id,
    keeps: [],
    correction_id: facts.correctionId ?? null,
    head_moved: facts.headMoved ?? false,
    moved_branch: facts.movedBranch ?? null,
    paths: facts.paths?.slice() ?? null,
    at: isoTime(facts.now),
  };
}

/** Every entry keeps a checkpoint from being pruned, so there is an end to them. */
function pushed(stack: readonly RollbackEntry[], entry: RollbackEntry): RollbackEntry[] {
  return [...stack, entry].slice(-LIMITS.undoDepth);
}

function withEntryToUndo(plan: Plan, entry: RollbackEntry): Plan {
  return { ...plan, rollbacks: { undo: pushed(plan.rollbacks.undo, entry), redo: [] } };
}

/**
 * The plan after a rollback to a checkpoint of it: see the table at `positionOf`.
 * A correction puts the decisions it reverted back in afterwards.
 */
export function rolledBack(current: Plan, atCheckpoint: PlanState, facts: RollbackFacts): Plan {
  const moved = movedTo(current, atCheckpoint, facts.now);
  const counted: Plan = {
    ...moved,
    reversion_count: Math.min(moved.reversion_count + 1, Number.MAX_SAFE_INTEGER),
    last_checkpoint_id: facts.checkpointId,
  };
  return withEntryToUndo(counted, entryOf(current, facts));
}

/**
 * The plan after a rollback of some paths only: its position stays and nothing is counted, but it
 * can be undone.
 */
export function pathsRolledBack(current: Plan, facts: RollbackFacts): Plan {
  const entry = entryOf(current, facts);
  return { ...withEntryToUndo(current, entry), updated_at: isoTime(facts.now) };
}

/**
 * The rollback that `undo` takes back: by going to its `from_checkpoint_id`.
 * @throws {PitonError} `NOTHING_TO_UNDO`
 */
export function rollbackToUndo(plan: Plan): RollbackEntry {
  const entry = plan.rollbacks.undo.at(-1);
  if (entry !== undefined) return entry;
  throw new PitonError('NOTHING_TO_UNDO', 'this plan has no rollback to take back', {
    hint: "'piton log' lists the checkpoints that you can roll back to",
    details: { plan_id: plan.plan_id },
  });
}

/**
 * The undo that `redo` takes back: by going to its `from_checkpoint_id`.
 * @throws {PitonError} `NOTHING_TO_REDO`
 */
export function rollbackToRedo(plan: Plan): RollbackEntry {
  const entry = plan.rollbacks.redo.at(-1);
  if (entry !== undefined) return entry;
  throw new PitonError('NOTHING_TO_REDO', 'this plan has no undo to take back', {
    hint: 'a new step or checkpoint after an undo ends what can be redone',
    details: { plan_id: plan.plan_id },
  });
}

/** Taking back a rollback that was part of a correction takes the correction back, and again. */
function withCorrection(plan: Plan, id: string | null, status: Correction['status']): Plan {
  const corrections = plan.corrections.map((one) =>
    one.correction_id === id ? { ...one, status } : one,
  );
  return { ...plan, corrections };
}

/** An undo or redo: where it went to, the safety checkpoint it took first, and when. */
export type TakenBack = Pick<
  RollbackFacts,
  'safetyCheckpointId' | 'headMoved' | 'movedBranch' | 'now'
>;

function backEntry(current: Plan, taken: RollbackEntry, facts: TakenBack): RollbackEntry {
  return entryOf(current, {
    ...facts,
    checkpointId: taken.from_checkpoint_id,
    correctionId: taken.correction_id ?? undefined,
    paths: taken.paths,
  });
}

/**
 * The plan after its newest rollback was undone: exactly the position of before, as the sidecar of
 * that rollback's safety checkpoint has it. Nothing is counted.
 * @throws {PitonError} `NOTHING_TO_UNDO`
 */
export function undone(current: Plan, beforeRollback: PlanState, facts: TakenBack): Plan {
  const taken = rollbackToUndo(current);
  const { undo, redo } = current.rollbacks;
  const back = backEntry(current, taken, facts);
  const moved = movedTo(current, beforeRollback, facts.now);
  const rollbacks = { undo: undo.slice(0, -1), redo: pushed(redo, back) };
  return { ...withCorrection(moved, taken.correction_id, 'undone'), rollbacks };
}

/**
 * The plan after its newest undo was taken back: exactly the position of before that undo.
 * @throws {PitonError} `NOTHING_TO_REDO`
 */
export function redone(current: Plan, beforeUndo: PlanState, facts: TakenBack): Plan {
  const taken = rollbackToRedo(current);
  const { undo, redo } = current.rollbacks;
  const back = backEntry(current, taken, facts);
  const moved = movedTo(current, beforeUndo, facts.now);
  const rollbacks = { undo: pushed(undo, back), redo: redo.slice(0, -1) };
  return { ...withCorrection(moved, taken.correction_id, 'applied'), rollbacks };
}

/**
 * What a rollback, undo or redo of a plan makes of one below it: position and status as they were
 * then, or `reverted` when it had not begun. Its own counter and stacks stay.
 */
export function subplanRolledBack(subplan: Plan, atCheckpoint: PlanState, now: number): Plan {
  const then = atCheckpoint.subplans.find((one) => one.plan_id === subplan.plan_id);
  if (then === undefined) return { ...subplan, status: 'reverted', updated_at: isoTime(now) };
  return { ...movedTo(subplan, then, now), status: then.status };
}

/**
 * The plan once a checkpoint of it exists. Not for safety checkpoints: they are no position, and
 * taking one is part of undo itself. A new checkpoint ends what can be redone.
 * `step`: the recorded step that it was taken for.
 */
export function withCheckpoint(plan: Plan, checkpointId: string, step?: number): Plan {
  const steps = plan.steps.map((one) =>
    one.step === step ? { ...one, checkpoint_id: checkpointId } : one,
  );
  const rollbacks = { ...plan.rollbacks, redo: [] };
  return { ...plan, steps, last_checkpoint_id: checkpointId, rollbacks };
}
