import type { OperationOptions } from '../core/types.js';
import { assertOpen } from '../plan/guards.js';
import { reversionsLeft } from '../plan/plan-data.js';
import { decisionsToRepeat, nextStep } from '../plan/resume.js';
import type { ResumeData } from './data.js';
import { countChanges } from './describe-checkpoint.js';
import { changesInWorktree } from './diff-checkpoints.js';
import { meantPlan } from './select.js';
import type { Session } from './session.js';
import { latestOf } from './take-checkpoint.js';

/**
 * Where to go on with a plan, and whether the worktree is still what its latest checkpoint holds.
 * @throws {PitonError} `PLAN_NOT_FOUND`; `PLAN_CLOSED` when there is nothing to go on with.
 */
export async function resumePlan(
  session: Session,
  { plan: selector, ...operation }: OperationOptions & { plan?: string | undefined },
): Promise<ResumeData> {
  return session.reading(async (workspace) => {
    const plan = meantPlan(workspace.stateDir, selector);
    assertOpen(plan);
    const checkpoint = await latestOf(workspace, plan);
    const changes =
      checkpoint === null ? null : await changesInWorktree(workspace, checkpoint, operation);
    return {
      plan_id: plan.plan_id,
      next_step: nextStep(plan),
      last_completed_step: plan.last_completed_step,
      checkpoint,
      worktree_matches: changes && changes.length === 0,
      changes: changes && countChanges(changes),
      reversions_left: reversionsLeft(plan),
      decisions_to_repeat: decisionsToRepeat(plan),
    };
  });
}
