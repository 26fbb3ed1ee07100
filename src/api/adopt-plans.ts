import { readCheckpoint } from '../checkpoint/list.js';
import { formatCheckpointRef } from '../checkpoint/ref-names.js';
import { Sidecar } from '../checkpoint/sidecar.js';
import { PitonError } from '../core/errors.js';
import { planFromSidecars, rebuildLostPlan } from '../doctor/rebuild-plan.js';
import { readPlan } from '../plan/plan-file.js';
import { relatedPlans } from '../plan/related-plans.js';
import { planState, stateDigest } from '../plan/plan-state.js';
import type { Plan } from '../plan/types.js';
import { readWorkspaceFile, writeCurrentPlan } from '../plan/workspace-file.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import type { FetchedPlanData } from './data.js';
import { contextOf } from './doctor-context.js';
import { findPlan, putPlan } from './put-plan.js';
import { planStateAt } from './state-at.js';
import type { Session } from './session.js';

/** No chain of checkpoints that people make is as long. */
const LONGEST_CHAIN = 100_000;

export interface PlansToAdopt {
  /** All plans that the other side has checkpoints of. */
  planIds: readonly string[];
  /** Those of them that checkpoints have just come of. */
  grown: ReadonlySet<string>;
}

/**
 * Makes the files of plans whose checkpoints came from elsewhere. A plan that is here already goes
 * on to the newest checkpoint when nothing happened to it here since a checkpoint that the other
 * side went on from; otherwise it stays as it is. Both are said. The caller holds the lock.
 */
export async function adoptPlans(
  session: Session,
  workspace: RollbackWorkspace,
  { planIds, grown }: PlansToAdopt,
): Promise<FetchedPlanData[]> {
  const adopted: FetchedPlanData[] = [];
  for (const planId of planIds) {
    const outcome = await adopt(session, workspace, planId, grown.has(planId));
    const { name } = readPlan(workspace.stateDir, planId);
    adopted.push({ plan_id: planId, name, outcome });
  }
  chooseCurrent(workspace, adopted);
  return adopted;
}

async function adopt(
  session: Session,
  workspace: RollbackWorkspace,
  planId: string,
  hasGrown: boolean,
): Promise<FetchedPlanData['outcome']> {
  const plan = findPlan(workspace.stateDir, planId);
  if (plan === null) {
    await rebuildLostPlan(contextOf(session, true, {}), planId);
    return 'created';
  }
  const there = hasGrown ? await planFromSidecars(workspace, planId) : null;
  if (there === null || there.updated_at <= plan.updated_at) return told(workspace, plan, hasGrown);
  if (!(await wentOnFrom(workspace, plan, there))) return told(workspace, plan, true);
  const reversion_count = Math.max(plan.reversion_count, there.reversion_count);
  putPlan(workspace, { ...there, reversion_count });
  const message = `the plan ${labelOf(plan)} now stands where the other side left it`;
  workspace.warn({ code: 'PLAN_UPDATED', message });
  return 'updated';
}

function told(
  workspace: RollbackWorkspace,
  plan: Plan,
  hasGrown: boolean,
): FetchedPlanData['outcome'] {
  if (!hasGrown) return 'up_to_date';
  workspace.warn({
    code: 'PLAN_KEPT',
    message:
      `the plan ${labelOf(plan)} is kept as it is here; checkpoints of it came from the other ` +
      'side, and a rollback to one of them goes on from there',
  });
  return 'kept';
}

function labelOf({ name, plan_id: id }: Plan): string {
  return name ?? id;
}

/** Whether nothing happened to the plan here since one that the other side started from. */
async function wentOnFrom(workspace: RollbackWorkspace, plan: Plan, there: Plan): Promise<boolean> {
  const { last_checkpoint_id: last, plan_id: planId } = plan;
  if (last === null || !(await isAsAtCheckpoint(workspace, plan, last))) return false;
  let at = there.last_checkpoint_id;
  for (let length = 0; at !== null && at > last && length < LONGEST_CHAIN; length++) {
    const before: Plan | null = await stateAt(workspace, planId, at);
    at = before?.last_checkpoint_id ?? null;
  }
  return at === last;
}

async function isAsAtCheckpoint(
  workspace: RollbackWorkspace,
  plan: Plan,
  checkpointId: string,
): Promise<boolean> {
  const checkpoint = await findCheckpoint(workspace, plan.plan_id, checkpointId);
  if (checkpoint === null) return false;
  const sidecar = await Sidecar.open(checkpoint, workspace.refs, workspace.objects);
  const { plan_state_digest: then } = await sidecar.readManifest();
  return then === stateDigest(planState(plan, relatedPlans(workspace.stateDir, plan).plans));
}

async function findCheckpoint(workspace: RollbackWorkspace, planId: string, checkpointId: string) {
  const name = formatCheckpointRef({ planId, checkpointId });
  const oid = await workspace.refs.read(name);
  return oid === null ? null : readCheckpoint({ name, oid }, workspace.objects);
}

async function stateAt(
  workspace: RollbackWorkspace,
  planId: string,
  checkpointId: string,
): Promise<Plan | null> {
  try {
    const checkpoint = await findCheckpoint(workspace, planId, checkpointId);
    return checkpoint === null ? null : await planStateAt(workspace, checkpoint);
  } catch (error) {
    // A damaged link of the chain leads nowhere.
    if (error instanceof PitonError) return null;
    throw error;
  }
}

/** Where there is no current plan, the newest one that came is what people want to go on with. */
function chooseCurrent(workspace: RollbackWorkspace, adopted: readonly FetchedPlanData[]): void {
  const { stateDir, durability } = workspace;
  if (readWorkspaceFile(stateDir).current_plan_id !== null) return;
  const open = adopted
    .filter(({ outcome }) => outcome === 'created')
    .map(({ plan_id: id }) => readPlan(stateDir, id))
    .filter(({ status }) => status === 'active')
    .sort((left, right) => (left.updated_at < right.updated_at ? -1 : 1));
  const newest = open.at(-1);
  if (newest !== undefined) writeCurrentPlan(stateDir, newest.plan_id, durability);
}
