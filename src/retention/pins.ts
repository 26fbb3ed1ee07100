import { decisionCheckpoints } from '../plan/pointers.js';
import type { Plan, RollbackEntry } from '../plan/types.js';
import type { KeepReason } from './keep-reason.js';

/** What plans point at, by checkpoint id. No policy lets go of it. */
export type Pins = ReadonlyMap<string, ReadonlySet<KeepReason>>;

function needsOf(entry: RollbackEntry): string[] {
  const { from_checkpoint_id: from, last_checkpoint_id: last, keeps } = entry;
  return [from, ...(last === null ? [] : [last]), ...keeps];
}

/**
 * The checkpoints that must not go: the plan's latest one, those before decisions that stand, and
 * whatever undo and redo need.
 * @param plans at least the plan and those above it: a rollback of them takes it along
 */
export function pinsOf(plan: Plan, plans: readonly Plan[]): Pins {
  const pins = new Map<string, Set<KeepReason>>();
  const pin = (ids: readonly string[], reason: KeepReason): void => {
    for (const id of ids) pins.set(id, (pins.get(id) ?? new Set()).add(reason));
  };
  if (plan.last_checkpoint_id !== null) pin([plan.last_checkpoint_id], 'latest');
  pin(decisionCheckpoints(plan), 'decision');
  for (const { rollbacks } of plans) {
    pin(rollbacks.undo.flatMap(needsOf), 'undo');
    pin(rollbacks.redo.flatMap(needsOf), 'redo');
  }
  return pins;
}
