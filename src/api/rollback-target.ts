import { listCheckpointRefs } from '../checkpoint/list.js';
import { parseCheckpointRef } from '../checkpoint/ref-names.js';
import { selectAcrossPlans } from '../checkpoint/select.js';
import { PitonError } from '../core/errors.js';
import { isId } from '../core/ids.js';
import { listPlans, readPlan } from '../plan/plan-file.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { forksCheckpoint, type AdoptedCheckpoint } from './adopted.js';
import { checkpointsOf, meantCheckpoint } from './select.js';
import type { Session } from './session.js';
import type { RollbackOptions } from './types.js';

function isStateDamaged(error: unknown): boolean {
  return error instanceof PitonError && error.code === 'STATE_DAMAGED';
}

/**
 * A plan that a newer piton wrote is not touched, but its checkpoints are commits as ever: whoever
 * names one by its whole id is told how to have its files.
 */
async function explainTooNew(
  workspace: RollbackWorkspace,
  selector: string,
  error: unknown,
): Promise<void> {
  if (!(error instanceof PitonError) || error.code !== 'UNSUPPORTED_FORMAT') return;
  const id = selector.toUpperCase();
  const refs = isId(id) ? await listCheckpointRefs(workspace.refs, null) : [];
  const ref = refs.find(({ name }) => parseCheckpointRef(name)?.checkpointId === id);
  if (ref === undefined) return;
  throw new PitonError(error.code, error.message, {
    hint:
      'it was written by a newer piton: use that one, or upgrade this one; ' +
      `'git archive ${ref.name} | tar -x -C <folder>' has the files meanwhile`,
    details: error.details,
    cause: error,
  });
}

/**
 * The checkpoint to roll back to. One that is named by its whole id can be rolled back to although
 * its plan's file is damaged: the file is then made anew as `doctor --repair` would, since nobody
 * who wants files back should have to mend something else first. A dry run changes nothing, so
 * that it gives the error instead. The checkpoint of a fork can be rolled back to by the plan that
 * the fork was forked off. The caller holds the lock.
 * @throws {PitonError} as `meantCheckpoint`
 */
export async function rollbackTarget(
  session: Session,
  workspace: RollbackWorkspace,
  selector: string,
  { plan: planSelector, dryRun = false }: RollbackOptions,
): Promise<AdoptedCheckpoint> {
  try {
    return await meantCheckpoint(workspace, selector, planSelector);
  } catch (error) {
    const adopted = await forksCheckpoint(workspace, selector, planSelector, error);
    if (adopted !== null) return adopted;
    await explainTooNew(workspace, selector, error);
    if (dryRun || !isStateDamaged(error) || !isId(selector.toUpperCase())) throw error;
    const checkpoint = selectAcrossPlans(await checkpointsOf(workspace, null), selector);
    const { plan_id: planId } = checkpoint;
    if (planSelector !== undefined && planSelector.toUpperCase() !== planId) throw error;
    const { damaged } = listPlans(workspace.stateDir);
    if (damaged.some(({ plan_id: id }) => id === planId)) {
      const { contextOf } = await import('./doctor-context.js');
      const { replaceDamagedPlan } = await import('../doctor/rebuild-plan.js');
      await replaceDamagedPlan(contextOf(session, true, {}), planId);
      const message = `the file of the plan ${planId} was damaged; it has been made anew`;
      workspace.warn({ code: 'PLAN_REBUILT', message });
    }
    return { plan: readPlan(workspace.stateDir, planId), checkpoint };
  }
}
