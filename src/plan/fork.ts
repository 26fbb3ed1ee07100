import { isoTime } from '../core/clock.js';
import { newPlan } from './new-plan.js';
import type { PlanState } from './plan-state.js';
import type { ForkedFrom, Plan, StepRecord } from './types.js';

/** Its checkpoints are another plan's. */
function stepsOf({ steps }: Plan): StepRecord[] {
  return steps.map((step) => ({ ...step, checkpoint_id: null }));
}

function positionOf(plan: Plan): Partial<Plan> {
  const { phase, last_completed_step, context, outputs } = plan;
  return { phase, last_completed_step, context, outputs, steps: stepsOf(plan) };
}

/**
 * The plan of a fork: it goes on from where the plan was at the checkpoint, with its settings, and
 * has a history of its own. Decisions stay with the plan that can take them back.
 */
export function forkedPlan(
  then: Plan,
  about: { id: string; now: number; forkedFrom: ForkedFrom },
): Plan {
  const { max_reversions, checkpoint_every_steps, checkpoint_every_seconds, retention } = then;
  return {
    ...newPlan(about),
    ...{ max_reversions, checkpoint_every_steps, checkpoint_every_seconds, retention },
    ...positionOf(then),
    forked_from: about.forkedFrom,
    updated_at: isoTime(about.now),
  };
}

/**
 * What a plan is to be when it takes over a fork's work: it goes on where the fork was, and keeps
 * its own counters, decisions and subplans, of which the fork's checkpoint knows nothing.
 */
export function adoptedState(current: PlanState, fork: Plan): PlanState {
  return { ...current, ...positionOf(fork) };
}
