import { readCheckpoints } from '../checkpoint/list.js';
import type { Clock } from '../core/clock.js';
import { listPlans, updatePlan } from '../plan/plan-file.js';
import type { Plan, RollbackEntry } from '../plan/types.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import type { Check, DoctorContext, Finding } from './check.js';
import { findCheckpoints, type KnownRefs } from './known-refs.js';

/** Later than the plan's last update, whatever the clock says. */
function clockAfter(plan: Plan, clock: Clock): Clock {
  return { now: () => Math.max(clock.now(), Date.parse(plan.updated_at) + 1) };
}

function update(context: DoctorContext, plan: Plan, change: (plan: Plan) => Plan): void {
  const { repository, durability, clock } = context;
  const options = { durability, clock: clockAfter(plan, clock) };
  updatePlan(repository.stateDir, plan.plan_id, change, options);
}

async function newestId(
  { objects }: RollbackWorkspace,
  known: KnownRefs,
  planId: string,
): Promise<string | null> {
  const refs = [...known.byId.values()].flatMap(({ key, name, oid }) => {
    return key.planId === planId && oid !== null ? [{ name, oid }] : [];
  });
  const { checkpoints } = await readCheckpoints(refs, objects);
  const ids = checkpoints
    .filter(({ kind }) => kind !== 'pre_rollback')
    .map(({ checkpoint_id: id }) => id);
  return ids.sort().at(-1) ?? null;
}

/** Plans whose `last_checkpoint_id` names no checkpoint. */
export const LAST_CHECKPOINT: Check = {
  name: 'last_checkpoint',
  look: async (context) => {
    const workspace = await context.workspace();
    const { plans } = listPlans(context.repository.stateDir);
    const known = await findCheckpoints(workspace);
    return plans.flatMap((plan): Finding[] => {
      const { plan_id: planId, last_checkpoint_id: id } = plan;
      if (id === null || known.byId.has(id) || !known.isComplete) return [];
      return [
        {
          severity: 'should',
          message: `the latest checkpoint of the plan ${planId}, ${id}, is gone`,
          repair: async () => {
            const last_checkpoint_id = await newestId(workspace, known, planId);
            update(context, plan, (now) => ({ ...now, last_checkpoint_id }));
          },
        },
      ];
    });
  },
};

/** Undo and redo entries whose checkpoint is gone, so that they lead nowhere. */
export const UNDO_AND_REDO: Check = {
  name: 'undo_and_redo',
  look: async (context) => {
    const { plans } = listPlans(context.repository.stateDir);
    const known = await findCheckpoints(await context.workspace());
    const leadsSomewhere = ({ from_checkpoint_id: id }: RollbackEntry): boolean =>
      known.byId.has(id) || !known.isComplete;
    return plans.flatMap((plan): Finding[] => {
      const { undo, redo } = plan.rollbacks;
      const count = [...undo, ...redo].filter((entry) => !leadsSomewhere(entry)).length;
      if (count === 0) return [];
      const repair = (): void =>
        update(context, plan, (now) => {
          const rollbacks = {
            ...now.rollbacks,
            undo: now.rollbacks.undo.filter(leadsSomewhere),
            redo: now.rollbacks.redo.filter(leadsSomewhere),
          };
          return { ...now, rollbacks };
        });
      const what = `${count} undo or redo entries lead to checkpoints that are gone`;
      const message = `${what}, in the plan ${plan.plan_id}`;
      return [{ severity: 'should', message, repair }];
    });
  },
};
