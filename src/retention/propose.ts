import { readCheckpoint } from '../checkpoint/list.js';
import { parseCheckpointRef } from '../checkpoint/ref-names.js';
import { PitonError } from '../core/errors.js';
import type { Plan, RetentionPolicy } from '../plan/types.js';
import type { ObjectReader } from '../store/object-store.js';
import type { Ref } from '../store/ref-store.js';
import type { KeepReason } from './keep-reason.js';
import { pinsOf } from './pins.js';
import { reasonsToKeep, type Described } from './policy.js';

/** Both newest first. */
export interface PruneProposal {
  kept: { checkpointId: string; reasons: KeepReason[] }[];
  pruned: Ref[];
}

export interface ProposeOptions {
  plan: Plan;
  /** At least the plan and those above it. */
  plans: readonly Plan[];
  /** The refs of all checkpoints of the plan, oldest first. */
  refs: readonly Ref[];
  objects: ObjectReader;
  /** Milliseconds since the Unix epoch. */
  now: number;
  policy: RetentionPolicy;
  /** Whether all reasons are wanted, which costs a look at every checkpoint. */
  isThorough: boolean;
}

async function describe(ref: Ref, objects: ObjectReader): Promise<Described | null> {
  try {
    const { kind, name } = await readCheckpoint(ref, objects);
    return {
      isSafety: kind === 'pre_rollback',
      isNamed: name !== null,
      isBeforeRun: kind === 'pre_run',
    };
  } catch (error) {
    if (error instanceof PitonError) return null;
    throw error;
  }
}

/** What a policy makes of a plan's checkpoints. Changes nothing. */
export async function proposePrune(options: ProposeOptions): Promise<PruneProposal> {
  const { plan, plans, refs, objects, policy, now, isThorough } = options;
  const byId = new Map<string, Ref>();
  for (const ref of refs) {
    const id = parseCheckpointRef(ref.name)?.checkpointId;
    if (id !== undefined) byId.set(id, ref);
  }
  const known = new Map<string, Promise<Described | null>>();
  const reasons = await reasonsToKeep({
    ids: [...byId.keys()],
    ...{ policy, now, isThorough },
    pins: pinsOf(plan, plans),
    describe: (id) => {
      const described = known.get(id) ?? describe(byId.get(id) as Ref, objects);
      known.set(id, described);
      return described;
    },
  });
  const proposal: PruneProposal = { kept: [], pruned: [] };
  for (const [checkpointId, why] of reasons) {
    if (why.size > 0) proposal.kept.push({ checkpointId, reasons: [...why] });
    else proposal.pruned.push(byId.get(checkpointId) as Ref);
  }
  return proposal;
}
