import {
  formatCheckpointRef,
  formatStateRef,
  parseCheckpointRef,
  type CheckpointKey,
} from '../checkpoint/ref-names.js';
import type { ObjectId } from '../core/types.js';
import type { Ref } from '../store/ref-store.js';

/** A checkpoint and its sidecar, which travel together. */
export interface Pair {
  key: CheckpointKey;
  checkpoint: Ref;
  /** Null when the ref is missing. */
  sidecar: Ref | null;
}

/** The checkpoints among refs, oldest first. Sidecars without a checkpoint are none. */
export function pairsOf(refs: ReadonlyMap<string, ObjectId>): Pair[] {
  const pairs = [...refs].flatMap(([name, oid]): Pair[] => {
    const key = parseCheckpointRef(name);
    if (key === null) return [];
    const state = formatStateRef(key);
    const sidecar = refs.get(state);
    const checkpoint = { name: formatCheckpointRef(key), oid };
    return [
      { key, checkpoint, sidecar: sidecar === undefined ? null : { name: state, oid: sidecar } },
    ];
  });
  return pairs.sort((left, right) => (left.key.checkpointId < right.key.checkpointId ? -1 : 1));
}

/** What a side has beside what the other one has. */
export interface Difference {
  /** The other side does not have these at all. */
  missing: Pair[];
  /** Both sides have the same. */
  same: Pair[];
  /** The other side has something else under the same name. */
  differing: Pair[];
}

export function compareWith(
  pairs: readonly Pair[],
  other: ReadonlyMap<string, ObjectId>,
): Difference {
  const difference: Difference = { missing: [], same: [], differing: [] };
  for (const pair of pairs) {
    const there = other.get(pair.checkpoint.name);
    if (there === undefined) difference.missing.push(pair);
    else if (there === pair.checkpoint.oid) difference.same.push(pair);
    else difference.differing.push(pair);
  }
  return difference;
}

/** The ids of plans, each once, in order. */
export function planIdsOf(pairs: readonly Pair[]): string[] {
  return [...new Set(pairs.map(({ key }) => key.planId))].sort();
}
