import { PitonError } from '../core/errors.js';
import type { Plan } from './types.js';

/** `parent` is there: only a rollback of a plan above reverts one. */
function howToGoOn({ status, parent_plan_id: parent }: Plan): string {
  if (status !== 'reverted') {
    return "make another plan with 'piton plan create', or name one with '--plan'";
  }
  return (
    'a plan above it was rolled back to before it began: ' +
    `'piton undo --plan ${parent}' takes that back, 'piton plan use ${parent}' goes on from there`
  );
}

function closed(plan: Plan, hint: string): PitonError {
  const { plan_id, name, status } = plan;
  return new PitonError('PLAN_CLOSED', `the plan ${name ?? plan_id} is ${status}`, {
    hint,
    details: { plan_id, status },
  });
}

/**
 * For whatever takes a plan further.
 * @throws {PitonError} `PLAN_CLOSED` unless the plan is active.
 */
export function assertOpen(plan: Plan): void {
  if (plan.status === 'active') return;
  throw closed(plan, howToGoOn(plan));
}

/**
 * For a rollback that counts: not for undo and redo. A `reverted` subplan may be rolled back to a
 * checkpoint of its own, which makes it active again.
 * @throws {PitonError} `PLAN_CLOSED` when the plan is applied or abandoned, `REVERSION_LIMIT` when
 * it has been rolled back as often as it may be.
 */
export function assertCanRollBack(plan: Plan): void {
  if (plan.status === 'applied' || plan.status === 'abandoned') {
    throw closed(
      plan,
      "its work stays as it is; 'piton fork' puts one of its checkpoints into another folder",
    );
  }
  const { plan_id, reversion_count, max_reversions } = plan;
  if (max_reversions === null || reversion_count < max_reversions) return;
  const message = `rolled back ${reversion_count} times; the limit is ${max_reversions}`;
  throw new PitonError('REVERSION_LIMIT', message, {
    hint: `raise the limit: piton plan set ${plan_id} --max-reversions N|none`,
    details: { plan_id, reversion_count, max_reversions },
  });
}
