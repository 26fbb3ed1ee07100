import { isoTime } from '../core/clock.js';
import { PitonError } from '../core/errors.js';
import { integer } from './check.js';
import { checkedAsArgument } from './damage.js';
import { merged } from './settings.js';
import type { JsonObject, Plan, StepRecord, StepStatus } from './types.js';

export interface StepFacts {
  status: StepStatus;
  output?: JsonObject | undefined;
  /** Milliseconds since the Unix epoch. */
  at: number;
}

/**
 * The plan with the outcome of a step, numbered from 0; numbers may be skipped. Only the last
 * outcome of each step is kept. `done` makes it the last completed one and adds its output to the
 * plan's outputs; `failed` and `interrupted` do neither.
 *
 * A step before the last completed one cannot be recorded: what was built on it would stand on
 * something else, so the way back is a rollback. The last completed step itself may be recorded as
 * done again, since a caller that got no answer asks once more; but not as failed, for the plan
 * would have completed a step that failed.
 * @throws {PitonError} `USAGE`
 */
export function completeStep(plan: Plan, step: number, facts: StepFacts): Plan {
  checkedAsArgument(() => integer(0)(step, 'step'));
  assertNotBehind(plan, step, facts.status);
  const output = merged({}, facts.output ?? {}, 'output');
  const record: StepRecord = {
    step,
    status: facts.status,
    output,
    at: isoTime(facts.at),
    checkpoint_id: null,
  };
  const steps = [...plan.steps.filter((one) => one.step !== step), record];
  const rollbacks = { ...plan.rollbacks, redo: [] };
  if (facts.status !== 'done') return { ...plan, steps, rollbacks };
  const outputs = { ...plan.outputs, ...output };
  return { ...plan, steps, rollbacks, outputs, last_completed_step: step };
}

function assertNotBehind(plan: Plan, step: number, status: StepStatus): void {
  const last = plan.last_completed_step;
  if (step > last || (step === last && status === 'done')) return;
  throw new PitonError('USAGE', `step ${step} comes before the next one: ${last} is completed`, {
    hint: `go on with step ${last + 1}, or roll back first: 'piton log' shows where to`,
    details: { step, last_completed_step: last },
  });
}
