import { pathFromJson } from '../core/byte-path.js';
import type { Checkpoint } from '../checkpoint/metadata.js';
import { PitonError } from '../core/errors.js';
import { redone, rollbackToRedo, rollbackToUndo, undone } from '../plan/rolled-back.js';
import type { Plan, RollbackEntry } from '../plan/types.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { artifactsOf } from '../correction/artifacts.js';
import type { ArchiveMove } from '../rollback/archive.js';
import type { RefEdit } from '../store/ref-store.js';
import { takenBackAlready } from './asked-again.js';
import { carryOut } from './carry-out.js';
import type { RollbackData } from './data.js';
import { movedBranch } from './rollback.js';
import { planStateAt } from './state-at.js';
import { findCheckpoint, meantPlan } from './select.js';
import type { Session } from './session.js';
import type { UndoOptions } from './workspace.js';

async function safetyCheckpointOf(
  workspace: RollbackWorkspace,
  plan: Plan,
  entry: RollbackEntry,
): Promise<Checkpoint> {
  const checkpointId = entry.from_checkpoint_id;
  const found = await findCheckpoint(workspace, plan.plan_id, checkpointId);
  if (found !== null) return found;
  throw new PitonError('CHECKPOINT_NOT_FOUND', 'the checkpoint to go back to is gone', {
    hint: "'piton log' lists the checkpoints that are left",
    details: { checkpoint_id: checkpointId },
  });
}

function branchToMoveBack({ moved_branch: moved }: RollbackEntry): RefEdit | null {
  return moved === null ? null : { name: moved.ref, expected: moved.after, value: moved.before };
}

/** Undo empties the archive of a correction back into place, redo fills it again. */
function archiveToMove(
  plan: Plan,
  { correction_id: correctionId }: RollbackEntry,
  operation: 'undo' | 'redo',
): ArchiveMove | null {
  if (correctionId === null) return null;
  const key = { planId: plan.plan_id, correctionId };
  if (operation === 'undo') return { direction: 'out', key };
  const correction = plan.corrections.find(({ correction_id: id }) => id === correctionId);
  return { direction: 'into', key, artifacts: artifactsOf(plan, correction?.affected ?? []).safe };
}

async function takeBack(
  session: Session,
  operation: 'undo' | 'redo',
  options: UndoOptions,
): Promise<RollbackData> {
  return session.locked(async (workspace, cutOff) => {
    const plan = meantPlan(workspace.stateDir, options.plan);
    const standing = await takenBackAlready(workspace, cutOff, plan, operation, options);
    if (standing !== null) return standing;
    const entry = operation === 'undo' ? rollbackToUndo(plan) : rollbackToRedo(plan);
    const checkpoint = await safetyCheckpointOf(workspace, plan, entry);
    const then = await planStateAt(workspace, checkpoint);
    const { rollback } = await carryOut(workspace, {
      ...{ operation, plan, checkpoint, then },
      archive: archiveToMove(plan, entry, operation),
      paths: entry.paths?.map(pathFromJson) ?? null,
      moveHead: entry.head_moved,
      force: true,
      dryRun: options.dryRun ?? false,
      token: options.token ?? null,
      alsoBranch: branchToMoveBack(entry),
      planAfter: (safetyCheckpointId, headSwap) => {
        const facts = {
          safetyCheckpointId,
          headMoved: headSwap !== null,
          movedBranch: movedBranch(headSwap),
          now: workspace.clock.now(),
        };
        const after = (operation === 'undo' ? undone : redone)(plan, then, facts);
        // A rollback of some paths did not move the plan, so neither does taking it back.
        return entry.paths === null ? after : { ...plan, rollbacks: after.rollbacks };
      },
      signal: options.signal,
      onProgress: options.onProgress,
    });
    return rollback;
  }, options);
}

/** Takes the last rollback back: to exactly what was before it. */
export async function undo(session: Session, options: UndoOptions): Promise<RollbackData> {
  return takeBack(session, 'undo', options);
}

/** Takes the last undo back. */
export async function redo(session: Session, options: UndoOptions): Promise<RollbackData> {
  return takeBack(session, 'redo', options);
}
