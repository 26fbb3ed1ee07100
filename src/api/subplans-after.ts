import { isDeepStrictEqual } from 'node:util';
import type { BytePath } from '../core/byte-path.js';
import { relatedPlans } from '../plan/related-plans.js';
import { subplansOf, type PlanState } from '../plan/plan-state.js';
import { subplanRolledBack } from '../plan/rolled-back.js';
import type { Plan } from '../plan/types.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { stamped } from './put-plan.js';

/** The plans below the one that is rolled back that go back with it, as they will be. */
export function subplansAfter(
  { stateDir, clock }: Pick<RollbackWorkspace, 'stateDir' | 'clock'>,
  { plan, then, paths }: { plan: Plan; then: PlanState; paths: readonly BytePath[] | null },
): Plan[] {
  // A rollback of some paths moves no plan.
  if (paths !== null) return [];
  return subplansOf(plan.plan_id, relatedPlans(stateDir, plan).plans).flatMap((subplan) => {
    const after = subplanRolledBack(subplan, then, clock.now());
    const isSame = isDeepStrictEqual({ ...after, updated_at: subplan.updated_at }, subplan);
    return isSame ? [] : [stamped(after, subplan, clock)];
  });
}

/** Says which plans end with a rollback because they began after its checkpoint. */
export function warnOfReverted(
  { warn }: Pick<RollbackWorkspace, 'warn'>,
  subplans: readonly Plan[],
  isDryRun: boolean,
): void {
  const ids = subplans.filter(({ status }) => status === 'reverted').map((plan) => plan.plan_id);
  if (ids.length === 0) return;
  const outcome = isDryRun ? 'would be reverted' : 'are reverted';
  const message = `subplans that began after the checkpoint ${outcome}: ${ids.join(', ')}`;
  warn({ code: 'SUBPLAN_REVERTED', message });
}
