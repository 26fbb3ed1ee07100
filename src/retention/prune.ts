import { listCheckpointRefs } from '../checkpoint/list.js';
import { parseCheckpointRef, parseStateRef, stateRefsOf } from '../checkpoint/ref-names.js';
import { LIMITS } from '../core/limits.js';
import type { Ref, RefEdit, RefStore } from '../store/ref-store.js';

function deletion({ name, oid }: Ref): RefEdit {
  return { name, expected: oid, value: null };
}

/** The refs of a plan's sidecars, by checkpoint id; what piton did not make is left out. */
async function sidecarsOf(refs: RefStore, planId: string): Promise<Map<string, Ref>> {
  const found = await refs.list(stateRefsOf(planId));
  return new Map(
    found.flatMap((ref): [string, Ref][] => {
      const id = parseStateRef(ref.name)?.checkpointId;
      return id === undefined ? [] : [[id, ref]];
    }),
  );
}

/**
 * Deletes checkpoints of one plan: of each the checkpoint's ref, then its sidecar's, unless they
 * have changed since they were listed. So many at a time that the locks of their refs stay few; a
 * kill leaves sidecars without checkpoints at most, which `deleteLoneSidecars` ends. The caller
 * holds the workspace lock.
 * @throws {PitonError} as `RefStore.transact`
 */
export async function deleteCheckpoints(
  refs: RefStore,
  planId: string,
  checkpoints: readonly Ref[],
): Promise<void> {
  const sidecars = await sidecarsOf(refs, planId);
  for (let start = 0; start < checkpoints.length; start += LIMITS.refsPerDeletion) {
    const some = checkpoints.slice(start, start + LIMITS.refsPerDeletion);
    const theirs = some.flatMap(({ name }) => {
      return sidecars.get(parseCheckpointRef(name)?.checkpointId ?? '') ?? [];
    });
    await refs.transact([...some, ...theirs].map(deletion));
  }
}

/**
 * Deletes the sidecars of a plan that have no checkpoint, and tells how many. The caller holds the
 * workspace lock, so that none of them is of a checkpoint in the making.
 */
export async function deleteLoneSidecars(refs: RefStore, planId: string): Promise<number> {
  const checkpoints = await listCheckpointRefs(refs, planId);
  const ids = new Set(checkpoints.map(({ name }) => parseCheckpointRef(name)?.checkpointId));
  const lone = [...(await sidecarsOf(refs, planId))].filter(([id]) => !ids.has(id));
  if (lone.length > 0) await refs.transact(lone.map(([, ref]) => deletion(ref)));
  return lone.length;
}
