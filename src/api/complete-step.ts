import { timeOfId } from '../core/ids.js';
import { assertOpen } from '../plan/guards.js';
import { dueCheckpoint } from '../plan/interval.js';
import { completeStep as recordStep } from '../plan/step.js';
import { createData } from './describe-checkpoint.js';
import { describePlan } from './plan-data.js';
import { putPlan, stamped } from './put-plan.js';
import { meantPlan } from './select.js';
import type { Session } from './session.js';
import { takeCheckpoint } from './take-checkpoint.js';
import type { StepOptions } from './types.js';
import type { PlanStepData } from './workspace.js';

/** Records a step of a plan, and takes a checkpoint when the plan's intervals call for one. */
export async function completeStep(
  session: Session,
  selector: string | undefined,
  { done: step, status = 'done', output }: StepOptions,
): Promise<PlanStepData> {
  const startedAt = performance.now();
  return session.locked(async (workspace) => {
    const { stateDir, clock } = workspace;
    const before = meantPlan(stateDir, selector);
    assertOpen(before);
    const now = clock.now();
    const plan = recordStep(before, step, { status, output, at: now });
    const last = before.last_checkpoint_id;
    const kind = dueCheckpoint(plan, step, last === null ? null : timeOfId(last), now);
    if (kind === null) {
      const recorded = stamped(plan, before, clock);
      putPlan(workspace, recorded);
      return { ...(await describePlan(workspace, recorded)), checkpoint: null };
    }
    const taken = await takeCheckpoint(workspace, before, plan, {
      kind,
      reason: status === 'done' ? null : `step ${step} ${status}`,
      name: null,
      source: null,
      always: false,
      includeIgnored: false,
      step,
    });
    const data = await describePlan(workspace, taken.plan);
    return { ...data, checkpoint: createData(taken, startedAt) };
  });
}
