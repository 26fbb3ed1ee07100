import type { Plan } from './types.js';

/** The plan as it is shown: as in its file, with two more keys. */
export type PlanData = Record<string, unknown> &
  Plan & {
    /** How many the plan has, safety checkpoints included. */
    checkpoints: number;
    /** null: no limit. */
    reversions_left: number | null;
  };

/** How often the plan may still be rolled back; null = no limit. */
export function reversionsLeft(plan: Plan): number | null {
  if (plan.max_reversions === null) return null;
  // The limit may have been lowered since.
  return Math.max(0, plan.max_reversions - plan.reversion_count);
}

export function toPlanData(plan: Plan, checkpointsCount: number): PlanData {
  return { ...plan, checkpoints: checkpointsCount, reversions_left: reversionsLeft(plan) };
}
