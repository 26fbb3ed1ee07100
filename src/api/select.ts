import { listCheckpointRefs, readCheckpoint, readCheckpoints } from '../checkpoint/list.js';
import type { Checkpoint } from '../checkpoint/metadata.js';
import { formatCheckpointRef, parseCheckpointRef } from '../checkpoint/ref-names.js';
import { isRelative, selectAcrossPlans, selectCheckpoint } from '../checkpoint/select.js';
import { PitonError } from '../core/errors.js';
import { readPlan } from '../plan/plan-file.js';
import { listHeads } from '../plan/plan-heads.js';
import { resolvePlan } from '../plan/resolve-plan.js';
import type { Plan } from '../plan/types.js';
import { readWorkspaceFile } from '../plan/workspace-file.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import type { Ref } from '../store/ref-store.js';
import { findPlan } from './put-plan.js';

/** The plan that is meant, or null when none is named and there is no current one. */
export function findMeantPlan(stateDir: string, selector: string | undefined): Plan | null {
  if (selector !== undefined) return namedPlan(stateDir, selector);
  const { current_plan_id: current } = readWorkspaceFile(stateDir);
  return current === null ? null : readPlan(stateDir, current);
}

function namedPlan(stateDir: string, selector: string): Plan {
  const wanted = selector.toUpperCase();
  const known = findPlan(stateDir, wanted);
  if (known !== null) return known;
  return readPlan(stateDir, resolvePlan(listHeads(stateDir), selector).plan_id);
}

/** @throws {PitonError} `PLAN_NOT_FOUND` when none is named and there is no current one. */
export function meantPlan(stateDir: string, selector: string | undefined): Plan {
  const plan = findMeantPlan(stateDir, selector);
  if (plan !== null) return plan;
  throw new PitonError('PLAN_NOT_FOUND', 'there is no current plan', {
    hint: "make one with 'piton plan create', or name one with --plan",
  });
}

/** A plan's checkpoints, oldest first. Damaged ones are told of in a warning. */
export async function checkpointsOf(
  workspace: RollbackWorkspace,
  planId: string | null,
): Promise<Checkpoint[]> {
  return checkpointsAt(workspace, await listCheckpointRefs(workspace.refs, planId));
}

/** The checkpoints that refs lead to, in that order; one that cannot be read is told of. */
export async function checkpointsAt(
  workspace: RollbackWorkspace,
  refs: readonly Ref[],
): Promise<Checkpoint[]> {
  const { checkpoints, damaged } = await readCheckpoints(refs, workspace.objects);
  for (const { checkpointId, error } of damaged) {
    const message = `checkpoint ${checkpointId} cannot be read: ${error.message}`;
    workspace.warn({ code: error.code, message });
  }
  return checkpoints;
}

/** Of a plan's checkpoints by the names of their refs, oldest first. */
export function newestIdOf(names: readonly string[]): string | null {
  const newest = names.at(-1);
  return newest === undefined ? null : (parseCheckpointRef(newest)?.checkpointId ?? null);
}

/** How many checkpoints each plan has, by the names of their refs. */
export function countByPlan(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) {
    const planId = parseCheckpointRef(name)?.planId;
    if (planId !== undefined) counts.set(planId, (counts.get(planId) ?? 0) + 1);
  }
  return counts;
}

export interface MeantCheckpoint {
  plan: Plan;
  checkpoint: Checkpoint;
}

/**
 * The checkpoint that is meant: of the named plan; without one of the current plan, or else of
 * whichever plan has it.
 */
export async function meantCheckpoint(
  workspace: RollbackWorkspace,
  selector: string,
  planSelector: string | undefined,
): Promise<MeantCheckpoint> {
  const { stateDir } = workspace;
  const plan = findMeantPlan(stateDir, planSelector);
  if (planSelector !== undefined && plan !== null) {
    const own = await checkpointsOf(workspace, plan.plan_id);
    const all = await explainWrongPlan(workspace, plan, own, selector);
    return { plan, checkpoint: all };
  }
  const all = await checkpointsOf(workspace, null);
  const own = all.filter(({ plan_id: planId }) => planId === plan?.plan_id);
  const checkpoint = selectAmong(own, all, plan, selector);
  return { plan: readPlan(stateDir, checkpoint.plan_id), checkpoint };
}

/** A checkpoint of a plan by its id, or null when it is gone. */
export async function findCheckpoint(
  { refs, objects }: RollbackWorkspace,
  planId: string,
  checkpointId: string,
): Promise<Checkpoint | null> {
  const name = formatCheckpointRef({ planId, checkpointId });
  const oid = await refs.read(name);
  return oid === null ? null : readCheckpoint({ name, oid }, objects);
}

function isNotFound(error: unknown): boolean {
  return error instanceof PitonError && error.code === 'CHECKPOINT_NOT_FOUND';
}

function selectAmong(
  own: readonly Checkpoint[],
  all: readonly Checkpoint[],
  plan: Plan | null,
  selector: string,
): Checkpoint {
  if (plan === null) return selectAcrossPlans(all, selector);
  try {
    return selectCheckpoint(own, plan.last_checkpoint_id, selector);
  } catch (error) {
    if (!isNotFound(error) || isRelative(selector)) throw error;
    return selectAcrossPlans(all, selector);
  }
}

/** @throws {PitonError} `WRONG_PLAN` when the checkpoint is another plan's. */
async function explainWrongPlan(
  workspace: RollbackWorkspace,
  plan: Plan,
  own: readonly Checkpoint[],
  selector: string,
): Promise<Checkpoint> {
  try {
    return selectCheckpoint(own, plan.last_checkpoint_id, selector);
  } catch (error) {
    if (!isNotFound(error) || isRelative(selector)) throw error;
    const all = await checkpointsOf(workspace, null);
    const other = all.find(({ checkpoint_id: id }) => id === selector.toUpperCase());
    if (other === undefined) throw error;
    throw new PitonError('WRONG_PLAN', 'the checkpoint belongs to another plan', {
      hint: `name that plan: --plan ${other.plan_id}`,
      details: { checkpoint_id: other.checkpoint_id, plan_id: other.plan_id },
      cause: error,
    });
  }
}
