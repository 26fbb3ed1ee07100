import { PitonError } from '../core/errors.js';
import { isId } from '../core/ids.js';

/** All checkpoint refs, and all sidecar refs; for `RefStore.list`. */
export const CHECKPOINT_REFS = 'refs/piton/checkpoint/';
export const STATE_REFS = 'refs/piton/state/';

/** A checkpoint and the plan it belongs to; both are ids. */
export interface CheckpointKey {
  planId: string;
  checkpointId: string;
}

function checked(id: string): string {
  if (isId(id)) return id;
  throw new PitonError('STATE_DAMAGED', `not an id: ${JSON.stringify(id)}`, {
    hint: "run 'piton doctor' to see which state file holds it",
  });
}

/**
 * The prefix of all checkpoint refs of a plan.
 * @throws {PitonError} `STATE_DAMAGED` when the id is none, as everywhere in this file.
 */
export function checkpointRefsOf(planId: string): string {
  return `${CHECKPOINT_REFS}${checked(planId)}/`;
}

/** The prefix of all sidecar refs of a plan. */
export function stateRefsOf(planId: string): string {
  return `${STATE_REFS}${checked(planId)}/`;
}

/** The ref that a checkpoint is. */
export function formatCheckpointRef({ planId, checkpointId }: CheckpointKey): string {
  return checkpointRefsOf(planId) + checked(checkpointId);
}

/** The ref of a checkpoint's sidecar. */
export function formatStateRef({ planId, checkpointId }: CheckpointKey): string {
  return stateRefsOf(planId) + checked(checkpointId);
}

function parseRef(prefix: string, name: string): CheckpointKey | null {
  if (!name.startsWith(prefix)) return null;
  const [planId, checkpointId, ...more] = name.slice(prefix.length).split('/');
  if (planId === undefined || checkpointId === undefined || more.length > 0) return null;
  return isId(planId) && isId(checkpointId) ? { planId, checkpointId } : null;
}

/** Null for a ref that piton did not make: such refs are left alone. */
export function parseCheckpointRef(name: string): CheckpointKey | null {
  return parseRef(CHECKPOINT_REFS, name);
}

/** Null for a ref that piton did not make. */
export function parseStateRef(name: string): CheckpointKey | null {
  return parseRef(STATE_REFS, name);
}
