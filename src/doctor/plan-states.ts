import { problemOf } from '../checkpoint/damage.js';
import { readCheckpoint } from '../checkpoint/list.js';
import type { Checkpoint } from '../checkpoint/metadata.js';
import { SIDECAR_NAMES } from '../checkpoint/sidecar-types.js';
import { PitonError } from '../core/errors.js';
import type { ObjectId } from '../core/types.js';
import { parsePlanState } from '../plan/plan-state.js';
import type { Plan } from '../plan/types.js';
import type { ObjectReader } from '../store/object-store.js';
import { decodeCommit, decodeTree } from '../store/objects/object-format.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { findCheckpoints, findSidecars, type KnownRef } from './known-refs.js';

/** A plan as a sidecar has it. */
export interface KnownState {
  plan: Plan;
  /** Of the sidecar. */
  checkpointId: string;
  /** The checkpoint, when it is one of this plan's own and can be read. */
  checkpoint: Checkpoint | null;
}

async function readPlanJson(objects: ObjectReader, commit: ObjectId): Promise<Buffer | null> {
  const { tree } = decodeCommit((await objects.read(commit)).data);
  const entries = decodeTree((await objects.read(tree)).data, objects.algorithm);
  const entry = entries.find(({ name }) => name === SIDECAR_NAMES.planState);
  return entry === undefined ? null : (await objects.read(entry.oid)).data;
}

/** Null for what is damaged: another sidecar may tell. */
async function unlessDamaged<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof PitonError && error.code === 'UNSUPPORTED_FORMAT') throw error;
    problemOf(error);
    return null;
  }
}

async function plansIn(oid: ObjectId, objects: ObjectReader): Promise<Plan[]> {
  const plans = await unlessDamaged(async () => {
    const bytes = await readPlanJson(objects, oid);
    if (bytes === null) return [];
    const { subplans, ...plan } = parsePlanState(bytes, 'plan.json');
    return [plan, ...subplans];
  });
  return plans ?? [];
}

async function checkpointAt(
  ref: KnownRef | undefined,
  objects: ObjectReader,
): Promise<Checkpoint | null> {
  const oid = ref?.oid ?? null;
  if (ref === undefined || oid === null) return null;
  return unlessDamaged(() => readCheckpoint({ name: ref.name, oid }, objects));
}

/**
 * Every state of a plan that any sidecar has, its own or one of a plan above it.
 * @throws {PitonError} `UNSUPPORTED_FORMAT` when a newer piton wrote one of them: what this one
 * made of the others would be older.
 */
export async function statesOf(
  workspace: RollbackWorkspace,
  planId: string,
): Promise<KnownState[]> {
  const { objects } = workspace;
  const checkpoints = await findCheckpoints(workspace);
  const sidecars = await findSidecars(workspace);
  const states: KnownState[] = [];
  for (const { key, oid } of sidecars.byId.values()) {
    if (oid === null) continue;
    const { checkpointId } = key;
    const isOwn = key.planId === planId;
    for (const plan of await plansIn(oid, objects)) {
      if (plan.plan_id !== planId) continue;
      const ref = isOwn ? checkpoints.byId.get(checkpointId) : undefined;
      states.push({ plan, checkpointId, checkpoint: await checkpointAt(ref, objects) });
    }
  }
  return states;
}
