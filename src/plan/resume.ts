import type { Decision, Plan } from './types.js';

/** The step to go on with. */
export function nextStep(plan: Plan): number {
  return plan.last_completed_step + 1;
}

/**
 * The decisions that are still to be carried out, oldest first: active ones of the next step or a
 * later one, and active ones of any step that a correction without a rollback calls for again. Such
 * a correction counts until the decision is done, or the correction is taken back.
 */
export function decisionsToRepeat(plan: Plan): Decision[] {
  const again = new Set(
    plan.corrections
      .filter(({ mode, status }) => mode === 'append' && status === 'applied')
      .map((correction) => correction.decision_id),
  );
  return plan.decisions.filter(
    ({ decision_id: id, status, step }) =>
      status === 'active' && (step >= nextStep(plan) || again.has(id)),
  );
}
