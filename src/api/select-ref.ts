import { findRefs, type BrokenRef } from '../checkpoint/find-refs.js';
import { CHECKPOINT_REFS, checkpointRefsOf, parseCheckpointRef } from '../checkpoint/ref-names.js';
import { PitonError } from '../core/errors.js';
import { isId } from '../core/ids.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import type { Ref } from '../store/ref-store.js';
import { findMeantPlan, meantCheckpoint } from './select.js';

const MIN_PREFIX_CHARACTERS = 4;

async function refsOfId(
  workspace: RollbackWorkspace,
  planId: string | null,
  prefix: string,
): Promise<(Ref | BrokenRef)[]> {
  const place = planId === null ? CHECKPOINT_REFS : checkpointRefsOf(planId);
  const { refs, broken } = await findRefs(workspace, place);
  return [...refs, ...broken].filter(
    ({ name }) => parseCheckpointRef(name)?.checkpointId.startsWith(prefix) === true,
  );
}

/** The ref of a checkpoint that cannot be read, as far as its id or `latest` says which it is. */
async function unreadableRef(
  workspace: RollbackWorkspace,
  selector: string,
  planSelector: string | undefined,
): Promise<Ref | BrokenRef | null> {
  const plan = findMeantPlan(workspace.stateDir, planSelector);
  const id = selector === 'latest' ? plan?.last_checkpoint_id : selector.toUpperCase();
  if (id === undefined || id === null || id.length < MIN_PREFIX_CHARACTERS) return null;
  const found = await refsOfId(workspace, plan?.plan_id ?? null, id);
  return found.length === 1 ? (found[0] ?? null) : null;
}

/**
 * The ref of the checkpoint that a selector means, also when neither the checkpoint nor the file of
 * its plan can be read.
 * @throws {PitonError} as `meantCheckpoint`.
 */
export async function meantRef(
  workspace: RollbackWorkspace,
  selector: string,
  planSelector: string | undefined,
): Promise<Ref | BrokenRef> {
  const id = selector.toUpperCase();
  if (isId(id) && planSelector === undefined) {
    const [exact] = await refsOfId(workspace, null, id);
    if (exact !== undefined) return exact;
  }
  try {
    const { checkpoint } = await meantCheckpoint(workspace, selector, planSelector);
    return { name: checkpoint.ref, oid: checkpoint.commit };
  } catch (error) {
    if (!(error instanceof PitonError) || error.code !== 'CHECKPOINT_NOT_FOUND') throw error;
    const found = await unreadableRef(workspace, selector, planSelector);
    if (found === null) throw error;
    return found;
  }
}
