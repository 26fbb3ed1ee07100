import type { Damage } from '../checkpoint/damage.js';
import { findRefs, type BrokenRef, type FoundRefs } from '../checkpoint/find-refs.js';
import {
  CHECKPOINT_REFS,
  checkpointRefsOf,
  formatStateRef,
  parseCheckpointRef,
  STATE_REFS,
  stateRefsOf,
  type CheckpointKey,
} from '../checkpoint/ref-names.js';
import { CheckpointVerifier, type CheckpointRefs } from '../checkpoint/verify-checkpoint.js';
import { PitonError } from '../core/errors.js';
import type { ObjectId } from '../core/types.js';
import { parsePlanState } from '../plan/plan-state.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import type { Ref } from '../store/ref-store.js';
import type { VerifyData } from './data.js';
import { meantRef } from './select-ref.js';
import { meantPlan } from './select.js';
import type { Session } from './session.js';
import type { VerifyOptions } from './workspace.js';

type AnyRef = Ref | BrokenRef;
type Sidecars = ReadonlyMap<string, CheckpointRefs['sidecar']>;

interface Chosen {
  /** Oldest first. */
  checkpoints: { key: CheckpointKey; ref: AnyRef }[];
  sidecars: Sidecars;
}

function sidecarsFrom({ refs, broken }: FoundRefs): Sidecars {
  return new Map<string, CheckpointRefs['sidecar']>([
    ...refs.map(({ name, oid }) => [name, oid] as const),
    ...broken.map(({ name, error }) => [name, error] as const),
  ]);
}

function inOrder(refs: readonly AnyRef[]): Chosen['checkpoints'] {
  return refs
    .flatMap((ref) => {
      const key = parseCheckpointRef(ref.name);
      return key === null ? [] : [{ key, ref }];
    })
    .sort((left, right) => (left.key.checkpointId < right.key.checkpointId ? -1 : 1));
}

/** Which checkpoints cannot be known, so that saying that none is damaged would be a guess. */
function assertComplete({ isComplete, broken }: FoundRefs): void {
  const error = broken.find(({ name }) => parseCheckpointRef(name) === null)?.error;
  if (!isComplete && error !== undefined) throw error;
}

/** Sidecars first: a checkpoint listed afterwards that has none is looked at again. */
async function choose(workspace: RollbackWorkspace, options: VerifyOptions): Promise<Chosen> {
  const { plan: selector, checkpoint, all } = options;
  if (checkpoint !== undefined) {
    const ref = await meantRef(workspace, checkpoint, selector);
    return { checkpoints: inOrder([ref]), sidecars: new Map() };
  }
  const planId = all === true ? null : meantPlan(workspace.stateDir, selector).plan_id;
  const states = await findRefs(workspace, planId === null ? STATE_REFS : stateRefsOf(planId));
  const prefix = planId === null ? CHECKPOINT_REFS : checkpointRefsOf(planId);
  const found = await findRefs(workspace, prefix);
  assertComplete(found);
  return { checkpoints: inOrder([...found.refs, ...found.broken]), sidecars: sidecarsFrom(states) };
}

async function readRef(
  { refs }: RollbackWorkspace,
  name: string,
): Promise<ObjectId | PitonError | null> {
  try {
    return await refs.read(name);
  } catch (error) {
    if (error instanceof PitonError) return error;
    throw error;
  }
}

class Verification {
  readonly #workspace: RollbackWorkspace;
  readonly #verifier: CheckpointVerifier;
  readonly #sidecars: Sidecars;
  readonly data: VerifyData = { checked: 0, damaged: [] };

  constructor(workspace: RollbackWorkspace, sidecars: Sidecars, options: VerifyOptions) {
    const planIdOf = (bytes: Buffer): string => parsePlanState(bytes, 'plan.json').plan_id;
    this.#workspace = workspace;
    this.#sidecars = sidecars;
    this.#verifier = new CheckpointVerifier(workspace.objects, planIdOf, options);
  }

  async add(key: CheckpointKey, ref: AnyRef): Promise<void> {
    const damage = await this.#verify(key, ref);
    // Without the lock, another process may delete it meanwhile.
    if (damage.length > 0 && (await readRef(this.#workspace, ref.name)) === null) return;
    this.data.checked++;
    const { checkpointId: checkpoint_id } = key;
    for (const { object, problem } of damage) {
      this.data.damaged.push({ checkpoint_id, object, problem });
    }
  }

  async #verify(key: CheckpointKey, ref: AnyRef): Promise<Damage[]> {
    if ('error' in ref) return [{ object: ref.name, problem: ref.error.message }];
    const name = formatStateRef(key);
    const sidecar = this.#sidecars.get(name) ?? (await readRef(this.#workspace, name));
    return this.#verifier.verify({ key, ref, sidecar });
  }
}

function assertWhole(data: VerifyData): void {
  const { checked, damaged } = data;
  if (damaged.length === 0) return;
  const count = new Set(damaged.map(({ checkpoint_id: id }) => id)).size;
  throw new PitonError('OBJECT_DAMAGED', `${count} of ${checked} checkpoints are damaged`, {
    hint: 'a damaged checkpoint cannot be rolled back to; choose another one from piton log',
    details: { ...data },
  });
}

/**
 * Reads every object of one checkpoint, of a plan's, or of all, to the end. Takes no lock.
 * @throws {PitonError} `OBJECT_DAMAGED` with the whole of `VerifyData` as `details` when anything
 * is missing or not whole; `STATE_DAMAGED` when it cannot be told which checkpoints there are.
 */
export async function verify(session: Session, options: VerifyOptions): Promise<VerifyData> {
  const workspace = await session.workspace();
  const { checkpoints, sidecars } = await choose(workspace, options);
  const verification = new Verification(workspace, sidecars, options);
  for (const { key, ref } of checkpoints) await verification.add(key, ref);
  assertWhole(verification.data);
  return verification.data;
}
