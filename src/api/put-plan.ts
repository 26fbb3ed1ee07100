import { isoTime, type Clock } from '../core/clock.js';
import { PitonError, systemErrorCode } from '../core/errors.js';
import type { Durability } from '../core/types.js';
import { createPlanFile, readPlan, replacePlan, updatePlan } from '../plan/plan-file.js';
import type { Plan } from '../plan/types.js';

interface Place {
  stateDir: string;
  durability: Durability;
}

/** The plan in its file, or null. */
export function findPlan(stateDir: string, planId: string): Plan | null {
  try {
    return readPlan(stateDir, planId);
  } catch (error) {
    if (error instanceof PitonError && error.code === 'PLAN_NOT_FOUND') return null;
    throw error;
  }
}

/** A clock that stands at a plan's `updated_at`. */
function clockAt(plan: Plan): Clock {
  const at = Date.parse(plan.updated_at);
  return { now: () => at };
}

/**
 * A time for the plan's next update that is later than its last one, whatever the clock says: of
 * two states of a plan the newer one can then be told.
 */
function nextUpdateTime(plan: Plan, clock: Clock): number {
  return Math.max(clock.now(), Date.parse(plan.updated_at) + 1);
}

export function stamped(plan: Plan, before: Plan, clock: Clock): Plan {
  return { ...plan, updated_at: isoTime(nextUpdateTime(before, clock)) };
}

/**
 * Writes a plan whole, its file made when there is none. Harmless when the file is already as new.
 * An error after the file was replaced (its folder could not be synced) is none: it stands.
 */
export function putPlan({ stateDir, durability }: Place, plan: Plan): void {
  const before = findPlan(stateDir, plan.plan_id);
  try {
    if (before === null) createPlanFile(stateDir, plan, durability);
    else if (before.updated_at < plan.updated_at) {
      updatePlan(stateDir, plan.plan_id, () => plan, { clock: clockAt(plan), durability });
    }
  } catch (error) {
    const isWritten = findPlan(stateDir, plan.plan_id)?.updated_at === plan.updated_at;
    if (systemErrorCode(error) === undefined || !isWritten) throw error;
  }
}

/** As `putPlan`, and a damaged file is replaced: a journal carries the whole plan. */
export function putPlanWhole(place: Place, plan: Plan): void {
  try {
    putPlan(place, plan);
  } catch (error) {
    if (!(error instanceof PitonError) || error.code !== 'STATE_DAMAGED') throw error;
    replacePlan(place.stateDir, plan.plan_id, plan, place.durability);
  }
}
