import { PitonError } from '../core/errors.js';
import type { ObjectReader } from '../store/object-store.js';
import type { Ref, RefStore } from '../store/ref-store.js';
import { decodeCommit } from '../store/objects/object-format.js';
import { checkpointFromCommit, type Checkpoint } from './metadata.js';
import { CHECKPOINT_REFS, checkpointRefsOf, parseCheckpointRef } from './ref-names.js';

export interface DamagedCheckpoint {
  checkpointId: string;
  planId: string;
  ref: Ref;
  error: PitonError;
}

export interface CheckpointList {
  /** Oldest first. */
  checkpoints: Checkpoint[];
  damaged: DamagedCheckpoint[];
}

function prefixFor(planId: string | null): string {
  return planId === null ? CHECKPOINT_REFS : checkpointRefsOf(planId);
}

/** Oldest first; foreign refs left out. */
function inOrder<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  return (
    items
      .map((item) => ({ item, id: parseCheckpointRef(nameOf(item))?.checkpointId }))
      .filter((one): one is { item: T; id: string } => one.id !== undefined)
      // Comparing them as words of a language would first load its rules, which takes longer.
      .sort((left, right) => (left.id < right.id ? -1 : Number(left.id > right.id)))
      .map(({ item }) => item)
  );
}

/** The refs of a plan's checkpoints (null: of all plans'), oldest first; foreign refs left out. */
export async function listCheckpointRefs(refs: RefStore, planId: string | null): Promise<Ref[]> {
  return inOrder(await refs.list(prefixFor(planId)), ({ name }) => name);
}

/** The names of these refs alone: `RefStore.names` tells what that saves. */
export async function listCheckpointNames(
  refs: RefStore,
  planId: string | null,
): Promise<string[]> {
  return inOrder(await refs.names(prefixFor(planId)), (name) => name);
}

/** @throws {PitonError} `OBJECT_DAMAGED`, `STATE_DAMAGED`, `UNSUPPORTED_FORMAT`. */
export async function readCheckpoint(ref: Ref, objects: ObjectReader): Promise<Checkpoint> {
  const { type, data } = await objects.read(ref.oid);
  if (type === 'commit') return checkpointFromCommit(ref, decodeCommit(data));
  throw new PitonError('STATE_DAMAGED', `${ref.name} points at a ${type}, not at a commit`, {
    hint: 'delete the ref if it is not yours; piton made no such ref',
    details: { ref: ref.name },
  });
}

/** Reads checkpoints; one that cannot be read is told of and hides no other. */
export async function readCheckpoints(
  found: readonly Ref[],
  objects: ObjectReader,
): Promise<CheckpointList> {
  const list: CheckpointList = { checkpoints: [], damaged: [] };
  for (const ref of found) {
    try {
      list.checkpoints.push(await readCheckpoint(ref, objects));
    } catch (error) {
      if (!(error instanceof PitonError)) throw error;
      const { checkpointId, planId } = parseCheckpointRef(ref.name) ?? {
        checkpointId: '',
        planId: '',
      };
      list.damaged.push({ checkpointId, planId, ref, error });
    }
  }
  return list;
}
