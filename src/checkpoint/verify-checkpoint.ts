import type { PitonError } from '../core/errors.js';
import type { ObjectId, OperationOptions, TreeEntry } from '../core/types.js';
import type { ObjectReader } from '../store/object-store.js';
import type { Ref } from '../store/ref-store.js';
import { parseIgnoreRecord } from '../worktree/ignore/ignore-record.js';
import { DamageList, problemOf, type Damage } from './damage.js';
import { parseManifest } from './manifest.js';
import { checkpointFromCommit } from './metadata.js';
import { ObjectCheck } from './object-check.js';
import { formatStateRef, type CheckpointKey } from './ref-names.js';
import { SIDECAR_NAMES } from './sidecar-types.js';

/** A checkpoint as its refs tell of it. */
export interface CheckpointRefs {
  key: CheckpointKey;
  ref: Ref;
  /** What the sidecar's ref points at; null: there is none; an error: it cannot be read. */
  sidecar: ObjectId | PitonError | null;
}

/** The id of the plan that the bytes of a `plan.json` are of; throws when they are of none. */
export type PlanIdOf = (planState: Buffer) => string;

type SidecarName = TreeEntry['name'];

/** Verifies checkpoints: every object is there and whole, and what has a form has that form. */
export class CheckpointVerifier {
  readonly #check: ObjectCheck;
  readonly #planIdOf: PlanIdOf;

  constructor(objects: ObjectReader, planIdOf: PlanIdOf, options: OperationOptions) {
    this.#check = new ObjectCheck(objects, options);
    this.#planIdOf = planIdOf;
  }

  /** All that is wrong with a checkpoint and its sidecar; throws for no damage. */
  async verify({ key, ref, sidecar }: CheckpointRefs): Promise<Damage[]> {
    const damage = new DamageList();
    await this.#verifyCommit(ref, damage);
    const name = formatStateRef(key);
    if (sidecar === null) damage.add(name, 'missing');
    else if (typeof sidecar === 'string') await this.#verifySidecar(sidecar, key, damage);
    else damage.add(name, sidecar.message);
    return damage.toArray(ref.name);
  }

  async #verifyCommit(ref: Ref, damage: DamageList): Promise<void> {
    const { oid } = ref;
    const commit = await attempt(damage, oid, () => this.#check.readCommit(oid));
    if (commit === null) return;
    await attempt(damage, oid, () => checkpointFromCommit(ref, commit));
    damage.addAll(await this.#check.checkTree(commit.tree));
  }

  async #verifySidecar(oid: ObjectId, key: CheckpointKey, damage: DamageList): Promise<void> {
    const commit = await attempt(damage, oid, () => this.#check.readCommit(oid));
    if (commit === null) return;
    const { tree, parents } = commit;
    // An undo goes back to these, which nothing else may keep.
    for (const parent of parents) {
      await attempt(damage, parent, () => this.#check.readCommit(parent));
    }
    damage.addAll(await this.#check.checkTree(tree));
    if (!damage.has(tree)) await this.#verifyContents(tree, key, damage);
  }

  async #verifyContents(tree: ObjectId, key: CheckpointKey, damage: DamageList): Promise<void> {
    const entries = await this.#check.readTree(tree);
    await this.#parse(SIDECAR_NAMES.planState, tree, entries, damage, (data) => {
      const planId = this.#planIdOf(data);
      if (planId !== key.planId) damage.add(tree, `holds the state of the plan ${planId}`);
    });
    await this.#parse(SIDECAR_NAMES.manifest, tree, entries, damage, (data) => {
      const { staging_area: recorded } = parseManifest(data, parseIgnoreRecord);
      const hasIndex = entries.some(({ name }) => name === SIDECAR_NAMES.index);
      if (recorded !== null && !hasIndex) damage.add(tree, 'has no index');
    });
  }

  async #parse(
    name: SidecarName,
    tree: ObjectId,
    entries: readonly TreeEntry[],
    damage: DamageList,
    parse: (data: Buffer) => void,
  ): Promise<void> {
    const entry = entries.find((one) => one.name === name);
    if (entry === undefined) damage.add(tree, `has no ${name}`);
    else if (!damage.has(entry.oid)) {
      await attempt(damage, entry.oid, async () => parse(await this.#check.readBlob(entry.oid)));
    }
  }
}

/** What `read` gives, or null when it throws what is damage of `object`. */
async function attempt<T>(
  damage: DamageList,
  object: ObjectId,
  read: () => T | Promise<T>,
): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    damage.add(object, problemOf(error));
    return null;
  }
}
