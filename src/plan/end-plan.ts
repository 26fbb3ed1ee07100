import { assertOpen } from './guards.js';
import type { Plan } from './types.js';

/**
 * The plan, applied: its work stays.
 * @throws {PitonError} `PLAN_CLOSED` unless it is active.
 */
export function applied(plan: Plan): Plan {
  assertOpen(plan);
  return { ...plan, status: 'applied' };
}

/**
 * The plan, abandoned. A subplan that was reverted may be abandoned for good.
 * @throws {PitonError} `PLAN_CLOSED` when it has been ended already.
 */
export function abandoned(plan: Plan): Plan {
  if (plan.status !== 'reverted') assertOpen(plan);
  return { ...plan, status: 'abandoned' };
}
