import { findRefs } from '../checkpoint/find-refs.js';
import {
  CHECKPOINT_REFS,
  parseCheckpointRef,
  parseStateRef,
  STATE_REFS,
  type CheckpointKey,
} from '../checkpoint/ref-names.js';
import type { ObjectId } from '../core/types.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';

export interface KnownRef {
  key: CheckpointKey;
  name: string;
  /** Null: the ref is there and cannot be read. */
  oid: ObjectId | null;
}

export interface KnownRefs {
  /** By checkpoint id. */
  byId: ReadonlyMap<string, KnownRef>;
  /** Whether an id that is not here has no ref. */
  isComplete: boolean;
}

async function find(
  workspace: RollbackWorkspace,
  prefix: string,
  parse: (name: string) => CheckpointKey | null,
): Promise<KnownRefs> {
  const { refs, broken, isComplete } = await findRefs(workspace, prefix);
  const byId = new Map<string, KnownRef>();
  const add = (name: string, oid: ObjectId | null): void => {
    const key = parse(name);
    if (key !== null) byId.set(key.checkpointId, { key, name, oid });
  };
  for (const { name, oid } of refs) add(name, oid);
  for (const { name } of broken) add(name, null);
  return { byId, isComplete };
}

/** All checkpoints, readable or not. */
export function findCheckpoints(workspace: RollbackWorkspace): Promise<KnownRefs> {
  return find(workspace, CHECKPOINT_REFS, parseCheckpointRef);
}

/** All sidecars, readable or not. */
export function findSidecars(workspace: RollbackWorkspace): Promise<KnownRefs> {
  return find(workspace, STATE_REFS, parseStateRef);
}
