import type { Correction, Decision, Plan } from '../plan/types.js';

/** The step to go on with once a plan is back at a decision's checkpoint. */
export function continueAtStep(decision: Decision, lastCompletedThen: number): number {
  // A decision may have been made ahead of its step: what lies between is still to be done.
  return Math.min(decision.step, lastCompletedThen + 1);
}

/** What became of a decision that is not part of a correction, once it stands. */
function keptDecision(one: Decision, then: ReadonlyMap<string, Decision>): Decision {
  return then.get(one.decision_id) ?? one;
}

/**
 * The plan after a correction: as a rollback to the decision's checkpoint made it, the decisions
 * that fell put back in as reverted, the correction recorded.
 * @param before the plan before the rollback
 * @param rolledBack the plan as the rollback alone leaves it
 */
export function correctedPlan(
  before: Plan,
  rolledBack: Plan,
  correction: Correction,
  decision: Decision,
): Plan {
  const fallen = new Set(correction.affected);
  const then = new Map(rolledBack.decisions.map((one) => [one.decision_id, one]));
  const decisions = before.decisions.map((one): Decision =>
    fallen.has(one.decision_id) ? { ...one, status: 'reverted' } : keptDecision(one, then),
  );
  const next = continueAtStep(decision, rolledBack.last_completed_step);
  return {
    ...rolledBack,
    decisions,
    last_completed_step: next - 1,
    corrections: [...before.corrections, correction],
  };
}

/** The plan after a correction without a rollback: the decision is to be carried out again. */
export function appendedPlan(before: Plan, correction: Correction): Plan {
  const decisions = before.decisions.map((one): Decision =>
    one.decision_id === correction.decision_id ? { ...one, status: 'active' } : one,
  );
  return { ...before, decisions, corrections: [...before.corrections, correction] };
}
