import type { Decision, Plan } from '../plan/types.js';

/** What falls with a decision that is taken back. */
export interface Affected {
  /** Those that follow from it, at any depth. */
  descendants: Decision[];
  /** Those that follow from others and were made later: their files are in the same worktree. */
  later: Decision[];
}

/** Decisions that were reverted before do not fall again. */
function isStanding({ status }: Decision): boolean {
  return status !== 'reverted';
}

/** Finds what falls with a decision, oldest first; carried out or not. */
export function affectedBy(plan: Plan, decision: Decision): Affected {
  const family = new Set([decision.decision_id]);
  // A parent stands before its children, so one pass finds them all.
  for (const one of plan.decisions) {
    if (one.parent_id !== null && family.has(one.parent_id)) family.add(one.decision_id);
  }
  const place = plan.decisions.indexOf(decision);
  const after = plan.decisions.slice(place + 1).filter(isStanding);
  return {
    descendants: after.filter(({ decision_id: id }) => family.has(id)),
    later: after.filter(({ decision_id: id }) => !family.has(id)),
  };
}

/** The ids of all that is reverted, in the order in which it was decided: the decision first. */
export function affectedIds(decision: Decision, { descendants, later }: Affected): string[] {
  const fallen = [...descendants, ...later].map(({ decision_id: id }) => id);
  return [decision.decision_id, ...fallen.sort()];
}
