import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { LIMITS } from '../core/limits.js';
import type { HeadState, ObjectId } from '../core/types.js';
import { namesIn } from '../disk/names-in.js';
import type { ObjectStore } from '../store/object-store.js';
import { isDamage } from '../store/objects/damage.js';
import type { Ref } from '../store/ref-store.js';
import type { CheckpointContext } from './context.js';
import { loadDiskCost, saveDiskCost, type DiskCost } from './disk-cost-file.js';
import { KEPT, ObjectShares } from './object-shares.js';
import { parseCheckpointRef, parseStateRef, STATE_REFS } from './ref-names.js';

interface Roots {
  head: HeadState;
  branches: Ref[];
  checkpoints: readonly Ref[];
  sidecars: Ref[];
}

type Needs = Pick<CheckpointContext, 'repository' | 'refs' | 'objects'>;

/** Changes whenever the cost may have: with any ref, and when git repacks. */
function keyOf({ head, branches, checkpoints, sidecars }: Roots, packs: string[]): string {
  const facts = [head.commit, branches, checkpoints, sidecars, packs];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

function ownPacks(commonDir: string): string[] {
  return namesIn(join(commonDir, 'objects/pack')).filter((name) => name.endsWith('.pack'));
}

function sizeOf(objects: ObjectStore, oid: ObjectId): number {
  try {
    return objects.storedSize(oid) ?? 0;
  } catch (error) {
    if (isDamage(error)) return 0;
    throw error;
  }
}

async function measure(objects: ObjectStore, roots: Roots): Promise<DiskCost> {
  const bounds = { trees: LIMITS.diskCostTrees, objects: LIMITS.treeEntries };
  const shares = new ObjectShares(objects, bounds);
  const { head, branches, checkpoints, sidecars } = roots;
  if (head.commit !== null) await shares.claim(head.commit, KEPT);
  const places = new Map<string, number>();
  for (const { name, oid } of [...checkpoints, ...sidecars]) {
    const id = (parseCheckpointRef(name) ?? parseStateRef(name))?.checkpointId;
    if (id === undefined) continue;
    const owner = places.get(id) ?? places.size;
    places.set(id, owner);
    await shares.claim(oid, owner);
  }
  // Last: if the bounds are reached among many branches, the cost is too high rather than too low.
  for (const { oid } of branches) await shares.claim(oid, KEPT);
  return sumUp(objects, shares.owners, [...places.keys()]);
}

function sumUp(
  objects: ObjectStore,
  owners: ReadonlyMap<ObjectId, number>,
  ids: readonly string[],
): DiskCost {
  let bytes = 0;
  const ownBytes = new Map(ids.map((id) => [id, 0]));
  for (const [oid, owner] of owners) {
    if (owner === KEPT) continue;
    const size = sizeOf(objects, oid);
    bytes += size;
    const id = ids[owner];
    if (id !== undefined) ownBytes.set(id, (ownBytes.get(id) ?? 0) + size);
  }
  return { bytes, ownBytes };
}

/**
 * What checkpoints and their sidecars take up in the repository. Objects that cannot be read count
 * as nothing, and so do those borrowed from another repository; history is not followed. The
 * answer is remembered in the state directory for as long as it stays the same.
 * @param checkpoints the refs of all checkpoints
 */
export async function measureDiskCost(
  { repository, refs, objects }: Needs,
  checkpoints: readonly Ref[],
): Promise<DiskCost> {
  const sidecars = await refs.list(STATE_REFS);
  if (checkpoints.length + sidecars.length === 0) return { bytes: 0, ownBytes: new Map() };
  const [head, branches] = [await refs.readHead(), await refs.list('refs/heads/')];
  const roots = { head, branches, checkpoints, sidecars };
  const key = keyOf(roots, ownPacks(repository.commonDir));
  const known = loadDiskCost(repository.stateDir, key);
  if (known !== null) return known;
  const cost = await measure(objects, roots);
  saveDiskCost(repository.stateDir, key, cost);
  return cost;
}
