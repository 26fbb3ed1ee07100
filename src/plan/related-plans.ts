import { planIdsIn, readPlans, type PlanList } from './plan-file.js';
import { readHeads } from './plan-heads.js';
import type { Plan } from './types.js';

/**
 * The plans above a plan and those below it, at any depth, without itself: those below go back with
 * it and are in its checkpoints, those above have rollbacks that take it along. Of all other plans
 * only the start is read, however much their contexts hold. One whose parent cannot be told is
 * among the damaged, since it may belong to them. A plan's parent never changes.
 * @throws {PitonError} `UNSAFE_PATH` when the folder of the plans is a link.
 */
export function relatedPlans(stateDir: string, plan: Plan): PlanList {
  const others = planIdsIn(stateDir).filter((planId) => planId !== plan.plan_id);
  const heads = readHeads(stateDir, others);
  const related = new Set<string>();
  for (let above = plan.parent_plan_id; above !== null;) {
    if (related.has(above)) break;
    related.add(above);
    above = heads.get(above)?.parent_plan_id ?? null;
  }
  const below = new Set([plan.plan_id]);
  // A set visits what is added to it during the loop.
  for (const parent of below) {
    for (const [planId, head] of heads) if (head?.parent_plan_id === parent) below.add(planId);
  }
  const isWanted = (planId: string): boolean =>
    related.has(planId) || below.has(planId) || heads.get(planId) === null;
  return readPlans(stateDir, others.filter(isWanted));
}
