import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { formatCheckpointRef, formatStateRef } from '../checkpoint/ref-names.js';
import { readCheckpoint } from '../checkpoint/list.js';
import { Sidecar } from '../checkpoint/sidecar.js';
import { PitonError, systemErrorCode } from '../core/errors.js';
import { isId } from '../core/ids.js';
import { LIMITS } from '../core/limits.js';
import { writeAtomic } from '../disk/atomic-write.js';
import { readBounded } from '../disk/read.js';
import { parsePlanState, type PlanState } from '../plan/plan-state.js';
import type { Plan } from '../plan/types.js';
import { withCheckpoint } from '../plan/rolled-back.js';
import { readJournal } from '../rollback/journal.js';
import { dropCheckpoint, type RollbackWorkspace } from '../rollback/roll-back.js';
import { findPlan, putPlan } from './put-plan.js';

/*
 * A checkpoint stands once its ref does, but the plan file names it only a moment later. This
 * note lies in the state directory in between, so that the next command can finish the step that
 * a kill cut off: the sidecar holds the plan as it was going to be.
 */
const NOTE = 'pending-checkpoint';

interface Pending {
  planId: string;
  checkpointId: string;
  /** A safety checkpoint: it goes again unless a journal has taken it over. */
  isSafety: boolean;
}

export function notePending(stateDir: string, pending: Pending): void {
  writeAtomic(
    join(stateDir, NOTE),
    `${pending.planId} ${pending.checkpointId}${pending.isSafety ? ' safety' : ''}\n`,
    {
      durability: 'fast',
    },
  );
}

export function clearPending(stateDir: string): void {
  try {
    unlinkSync(join(stateDir, NOTE));
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
}

export function readPending(stateDir: string): Pending | null {
  const text = readBounded(join(stateDir, NOTE), LIMITS.gitFileBytes)?.toString('latin1');
  if (text === undefined) return null;
  const [planId = '', checkpointId = '', safety] = text.trim().split(' ');
  if (isId(planId) && isId(checkpointId)) {
    return { planId, checkpointId, isSafety: safety === 'safety' };
  }
  throw new PitonError('STATE_DAMAGED', 'the note of a pending checkpoint is damaged', {
    hint: "run 'piton doctor --repair'",
    details: { path: NOTE },
  });
}

/**
 * Finishes or forgets a checkpoint whose making was cut off, and gives what it was. The caller
 * holds the lock.
 */
export async function settlePending(workspace: RollbackWorkspace): Promise<Pending | null> {
  const { stateDir } = workspace;
  const pending = readPending(stateDir);
  if (pending === null) return null;
  if (pending.isSafety) await settleSafety(workspace, pending);
  else await settleOrdinary(workspace, pending);
  clearPending(stateDir);
  return pending;
}

async function settleSafety(workspace: RollbackWorkspace, pending: Pending): Promise<void> {
  const journal = readJournal(workspace.stateDir)?.journal;
  if (journal?.safetyCheckpointId === pending.checkpointId) return;
  const plan = findPlan(workspace.stateDir, pending.planId);
  const stands = plan?.rollbacks.undo.concat(plan.rollbacks.redo) ?? [];
  if (stands.some((entry) => entry.from_checkpoint_id === pending.checkpointId)) return;
  await dropCheckpoint(workspace, pending.planId, pending.checkpointId);
}

async function settleOrdinary(workspace: RollbackWorkspace, pending: Pending): Promise<void> {
  const { refs, objects } = workspace;
  const name = formatCheckpointRef(pending);
  const oid = await refs.read(name);
  if (oid === null) {
    const state = formatStateRef(pending);
    const orphan = await refs.read(state);
    if (orphan !== null) await refs.transact([{ name: state, expected: orphan, value: null }]);
  } else {
    const checkpoint = await readCheckpoint({ name, oid }, objects);
    const sidecar = await Sidecar.open(checkpoint, refs, objects);
    const bytes = await sidecar.readPlanState();
    const state = parsePlanState(bytes, 'plan.json');
    const plan = withoutSubplans(state);
    putPlan(workspace, withCheckpoint(plan, pending.checkpointId, plan.last_completed_step));
  }
}

function withoutSubplans({ subplans, ...plan }: PlanState): Plan {
  void subplans;
  return plan;
}
