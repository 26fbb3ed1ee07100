import { listPlans } from '../plan/plan-file.js';
import type { Check, Finding } from './check.js';
import { findCheckpoints } from './known-refs.js';
import { mayBeInTheMaking, placeOfPlan } from './plan-places.js';
import { rebuildLostPlan, replaceDamagedPlan } from './rebuild-plan.js';

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
    return lost.map((planId): Finding => {
      const message = `the plan ${planId} has checkpoints and no file`;
      return { severity: 'must', message, repair: () => rebuildLostPlan(context, planId) };
    });
  },
};
