import { SIDECAR_NAMES } from '../checkpoint/sidecar-types.js';
import { CheckpointVerifier } from '../checkpoint/verify-checkpoint.js';
import { asBytePath, type BytePath } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import type { ObjectId, OperationOptions } from '../core/types.js';
import { parsePlanState } from '../plan/plan-state.js';
import type { ObjectReader } from '../store/object-store.js';
import { decodeCommit, decodeTree } from '../store/objects/object-format.js';
import { readTreeEntries } from '../worktree/read-tree.js';
import { assertSafeTreePath } from '../worktree/safe-names.js';
import { readStagingArea, resolveSplit } from '../worktree/staging-area/read-staging-area.js';
import type { Pair } from './pairs.js';

/**
 * Reads all that checkpoints from elsewhere consist of: every object must be there and whole, every
 * path safe to write, and what has a form must have it.
 * @throws {PitonError} `UNSAFE_PATH`; `OBJECT_DAMAGED` with `details.damaged`: what is wrong, by
 * checkpoint
 */
export async function verifyIncoming(
  pairs: readonly Pair[],
  objects: ObjectReader,
  options: OperationOptions,
): Promise<void> {
  const planIdOf = (bytes: Buffer): string => parsePlanState(bytes, 'plan.json').plan_id;
  const verifier = new CheckpointVerifier(objects, planIdOf, options);
  const damaged: { checkpoint_id: string; object: string; problem: string }[] = [];
  for (const { key, checkpoint, sidecar } of pairs) {
    await assertPathsSafe(checkpoint.oid, objects, options);
    const found = await verifier.verify({ key, ref: checkpoint, sidecar: sidecar?.oid ?? null });
    if (found.length === 0 && sidecar !== null) await assertStagingSafe(sidecar.oid, objects);
    damaged.push(...found.map((one) => ({ checkpoint_id: key.checkpointId, ...one })));
  }
  if (damaged.length === 0) return;
  throw new PitonError('OBJECT_DAMAGED', 'what came is damaged, and nothing of it was taken', {
    hint: "run 'piton verify --all' where it comes from, and send it again",
    details: { damaged },
  });
}

async function assertPathsSafe(
  commit: string,
  objects: ObjectReader,
  options: OperationOptions,
): Promise<void> {
  const { type, data } = await objects.read(commit);
  // What it is instead, the verifier tells.
  if (type === 'commit') await readTreeEntries(objects, decodeCommit(data).tree, options);
}

/**
 * Git checks the paths of the staging area when it adds them, and not when it reads its file: one
 * that names `.git/hooks/…` would be written by the next `git checkout -- .`.
 */
async function assertStagingSafe(sidecar: ObjectId, objects: ObjectReader): Promise<void> {
  const { tree } = decodeCommit((await objects.read(sidecar)).data);
  const entries = decodeTree((await objects.read(tree)).data, objects.algorithm);
  const read = async (name: BytePath): Promise<Buffer | null> => {
    const entry = entries.find((one) => one.name === name);
    return entry === undefined ? null : (await objects.read(entry.oid)).data;
  };
  const index = await read(SIDECAR_NAMES.index);
  if (index === null) return;
  const area = readStagingArea(index, objects.algorithm);
  const shared = area.splitBase === null ? null : await read(SIDECAR_NAMES.sharedIndex);
  const { entries: staged } = shared === null ? area : resolveSplit(area, shared);
  // A folder of a sparse staging area ends in a slash.
  for (const { path } of staged) assertSafeTreePath(asBytePath(path.replace(/\/$/, '')));
}
