import { PitonError } from '../core/errors.js';
import { listPlans } from '../plan/plan-file.js';
import type { Check, DoctorContext, Finding } from './check.js';
import { findCheckpoints } from './known-refs.js';
import { hasWorktreeWithoutPlans, mayBeInTheMaking, placeOfPlan } from './plan-places.js';
import { planFromSidecars, rebuildLostPlan, replaceDamagedPlan } from './rebuild-plan.js';

/** Plan files that cannot be read. */
export const PLAN_FILES: Check = {
  name: 'plan_files',
  whileBusy: true,
  beforeRecovery: true,
  look: (context) =>
    listPlans(context.repository.stateDir).damaged.map(({ plan_id: planId, error }): Finding => {
      const { message, code } = error;
      if (code === 'UNSUPPORTED_FORMAT') return { severity: 'should', message };
      if (code !== 'STATE_DAMAGED') return { severity: 'must', message };
      return { severity: 'must', message, repair: () => replaceDamagedPlan(context, planId) };
    }),
};

/**
 * Whether a plan was lost with the worktree of its fork, as `git worktree remove` takes it away: on
 * purpose, so that what the fork led to is not missing. Not when it may be a worktree that is there
 * which lost it.
 */
async function wentWithItsFork(context: DoctorContext, planId: string): Promise<boolean> {
  if (hasWorktreeWithoutPlans(context.repository)) return false;
  try {
    const plan = await planFromSidecars(await context.workspace(), planId);
    return plan !== null && plan.forked_from !== null;
  } catch (error) {
    if (error instanceof PitonError) return false;
    throw error;
  }
}

async function lostPlan(context: DoctorContext, planId: string): Promise<Finding> {
  const repair = (): Promise<void> => rebuildLostPlan(context, planId);
  if (!(await wentWithItsFork(context, planId))) {
    return { severity: 'must', message: `the plan ${planId} has checkpoints and no file`, repair };
  }
  const message =
    `the plan ${planId} was that of a fork, whose worktree is gone; its checkpoints are left, ` +
    'and a repair makes it a plan of this workspace, to be used or deleted';
  return { severity: 'should', message, repair };
}

/** Plans that have checkpoints and no file. */
export const LOST_PLANS: Check = {
  name: 'lost_plans',
  beforeRecovery: true,
  look: async (context) => {
    const { repository, clock } = context;
    const { byId } = await findCheckpoints(await context.workspace());
    const settled = [...byId.values()].filter(
      ({ key }) => !mayBeInTheMaking(repository, key.checkpointId, clock),
    );
    const planIds = new Set(settled.map(({ key }) => key.planId));
    const lost = [...planIds].filter((id) => placeOfPlan(repository, id) === 'nowhere');
    const findings: Finding[] = [];
    for (const planId of lost) findings.push(await lostPlan(context, planId));
    return findings;
  },
};
