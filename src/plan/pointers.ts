import type { Plan, RollbackEntry } from './types.js';

/** The checkpoints of decisions that stand: what taking one of them back leads to. */
export function decisionCheckpoints({ decisions }: Plan): string[] {
  return decisions
    .filter(({ status }) => status !== 'reverted')
    .flatMap(({ checkpoint_id: id }) => id ?? []);
}

function pointersOf(plans: readonly Plan[]): string[] {
  return plans.flatMap((plan) => [plan.last_checkpoint_id ?? [], decisionCheckpoints(plan)].flat());
}

/**
 * The plan after a rollback, undo or redo, whose new entry keeps from retention what taking it back
 * makes plans point at again.
 * @param entryId the entry's `from_checkpoint_id`
 * @param before the plan and those below it that change with it
 * @param after the same
 */
export function withKeeps(
  plan: Plan,
  entryId: string,
  before: readonly Plan[],
  after: readonly Plan[],
): Plan {
  const still = new Set(pointersOf(after));
  const keeps = [...new Set(pointersOf(before))].filter((id) => !still.has(id));
  const kept = (entry: RollbackEntry): RollbackEntry =>
    entry.from_checkpoint_id === entryId ? { ...entry, keeps } : entry;
  const { undo, redo } = plan.rollbacks;
  return { ...plan, rollbacks: { ...plan.rollbacks, undo: undo.map(kept), redo: redo.map(kept) } };
}
