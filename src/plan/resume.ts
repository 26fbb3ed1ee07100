import type { Correction, Decision, Plan } from './types.js';

/** The step to go on with. */
export function nextStep(plan: Plan): number {
  return plan.last_completed_step + 1;
}

/** What a correction says to whoever carries a decision out again, or decides anew. */
export type Advice = Pick<
  Correction,
  'correction_id' | 'decision_id' | 'mode' | 'reason' | 'guidance'
>;

export interface DecisionToRepeat extends Decision {
  /** Of the newest correction that calls for it; null when it was never corrected. */
  correction: Advice | null;
}

/**
 * The decisions that are still to be carried out, oldest first: active ones of the next step or a
 * later one; active ones of any step that a correction without a rollback calls for again; and
 * those that a correction took back, to be made anew, until there is another one of their step.
 * A correction counts until the decision is done, or the correction is taken back.
 */
export function decisionsToRepeat(plan: Plan): DecisionToRepeat[] {
  return plan.decisions.flatMap((decision): DecisionToRepeat[] => {
    const { status, step } = decision;
    const correction = adviceFor(decision, plan);
    const isAhead = step >= nextStep(plan);
    const isCalledFor =
      status === 'active'
        ? isAhead || correction !== null
        : isAhead && correction !== null && !isReplaced(decision, plan);
    return isCalledFor ? [{ ...decision, correction }] : [];
  });
}

function adviceFor({ decision_id: id, status }: Decision, { corrections }: Plan): Advice | null {
  const found = corrections.findLast(({ mode, status: state, decision_id: about, affected }) => {
    if (state !== 'applied') return false;
    if (mode === 'append') return status === 'active' && about === id;
    return status === 'reverted' && affected.includes(id);
  });
  if (found === undefined) return null;
  const { correction_id, decision_id, mode, reason, guidance } = found;
  return { correction_id, decision_id, mode, reason, guidance };
}

/** Ids are in the order of time. */
function isReplaced({ decision_id: id, step }: Decision, { decisions }: Plan): boolean {
  return decisions.some(
    (other) => other.decision_id > id && other.status !== 'reverted' && other.step === step,
  );
}
