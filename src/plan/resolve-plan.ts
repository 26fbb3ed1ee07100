import { PitonError } from '../core/errors.js';
import { isId } from '../core/ids.js';
import { checkedAsArgument } from './damage.js';
import { planName } from './schema.js';
import { withIdPrefix } from './select.js';
import type { PlanHead } from './plan-heads.js';

type Named = Pick<PlanHead, 'plan_id' | 'name'>;

function onlyOne<T extends Named>(found: readonly T[], selector: string): T | undefined {
  if (found.length <= 1) return found[0];
  throw new PitonError('USAGE', `more than one plan answers to ${JSON.stringify(selector)}`, {
    hint: 'name it by its whole id',
    details: { candidates: found.map(({ plan_id, name }) => ({ plan_id, name })) },
  });
}

/**
 * The plan that a user names: by its id (in any case), its exact name, or a unique prefix of its id
 * of 4 or more characters; tried in this order, so that what is exact wins over what only begins
 * like it. Two plans can share a name when one of them came from another repository.
 * @throws {PitonError} `USAGE` when it is ambiguous, with `details.candidates`; `PLAN_NOT_FOUND`.
 */
export function resolvePlan<T extends Named>(plans: readonly T[], selector: string): T {
  const found =
    plans.find((plan) => plan.plan_id === selector.toUpperCase()) ??
    onlyOne(
      plans.filter((plan) => plan.name === selector),
      selector,
    ) ??
    onlyOne(
      withIdPrefix(plans, (plan) => plan.plan_id, selector),
      selector,
    );
  if (found !== undefined) return found;
  throw new PitonError('PLAN_NOT_FOUND', `there is no plan ${JSON.stringify(selector)}`, {
    hint: "'piton plan list' shows them; an id may be cut to 4 or more characters",
    details: { plan: selector },
  });
}

/**
 * For the name of a new plan, or a new name for the plan `ownId`.
 * @throws {PitonError} `USAGE` when it is no name, or could be mistaken for an id; `NAME_TAKEN`
 * when another plan has it.
 */
export function assertPlanName(name: string, plans: readonly Named[], ownId?: string): void {
  checkedAsArgument(() => planName(name, 'name'));
  if (isId(name.toUpperCase())) {
    throw new PitonError('USAGE', 'a name must not have the form of an id', {
      hint: 'choose another name',
    });
  }
  const owner = plans.find((plan) => plan.name === name && plan.plan_id !== ownId);
  if (owner === undefined) return;
  throw new PitonError('NAME_TAKEN', `another plan is named ${JSON.stringify(name)}`, {
    hint: `choose another name, or use that plan: piton plan use ${owner.plan_id}`,
    details: { plan_id: owner.plan_id, name },
  });
}
