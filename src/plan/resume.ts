import type { Decision, Plan } from './types.js';

/** The step to go on with. */
export function nextStep(plan: Plan): number {
  return plan.last_completed_step + 1;
}

/**
 * The decisions that are still to be carried out, oldest first: active ones of the next step or a
 * later one; active ones of any step that a correction without a rollback calls for again; and
 * those that a correction took back, to be made anew, until there is another one of their step.
 * A correction counts until the decision is done, or the correction is taken back.
 */
export function decisionsToRepeat(plan: Plan): Decision[] {
  const { again, fallen } = corrected(plan);
  return plan.decisions.filter((decision) => {
    const { decision_id: id, status, step } = decision;
    const isAhead = step >= nextStep(plan);
    if (status === 'active') return isAhead || again.has(id);
    return isAhead && fallen.has(id) && !isReplaced(decision, plan);
  });
}

function corrected({ corrections }: Plan): { again: Set<string>; fallen: Set<string> } {
  const applied = corrections.filter(({ status }) => status === 'applied');
  const again = applied.filter(({ mode }) => mode === 'append').map((one) => one.decision_id);
  const fallen = applied.filter(({ mode }) => mode === 'revert').flatMap((one) => one.affected);
  return { again: new Set(again), fallen: new Set(fallen) };
}

/** Ids are in the order of time. */
function isReplaced({ decision_id: id, step }: Decision, { decisions }: Plan): boolean {
  return decisions.some(
    (other) => other.decision_id > id && other.status !== 'reverted' && other.step === step,
  );
}
