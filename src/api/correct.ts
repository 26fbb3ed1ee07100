import type { Checkpoint } from '../checkpoint/metadata.js';
import { isoTime } from '../core/clock.js';
import { PitonError } from '../core/errors.js';
import { nextId } from '../core/ids.js';
import { affectedBy, affectedIds, type Affected } from '../correction/affected.js';
import { artifactsOf } from '../correction/artifacts.js';
import { appendedPlan, continueAtStep, correctedPlan } from '../correction/corrected-plan.js';
import { findDecision, findStanding, notBlank } from '../plan/decision.js';
import { assertCanRollBack, assertOpen } from '../plan/guards.js';
import { nextStep } from '../plan/resume.js';
import { rolledBack } from '../plan/rolled-back.js';
import type { Correction, Decision, Plan } from '../plan/types.js';
import { archivePath, type Artifact } from '../rollback/archive.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { assertSafeWorkspace } from '../store/repository/safe-workspace.js';
import { correctedAlready } from './asked-again.js';
import { carryOut } from './carry-out.js';
import type { RollbackData } from './data.js';
import { archivedFiles } from './show-corrections.js';
import type { CorrectData } from './correction-data.js';
import { putPlan, stamped } from './put-plan.js';
import { planStateAt } from './state-at.js';
import { findCheckpoint, meantPlan } from './select.js';
import type { Session } from './session.js';
import type { CorrectOptions } from './types.js';

/** A correction that is about to be made. */
interface Planned {
  plan: Plan;
  decision: Decision;
  affected: Affected;
  correction: Correction;
}

function plannedCorrection(
  { clock }: RollbackWorkspace,
  plan: Plan,
  options: CorrectOptions,
): Planned {
  const { mode = 'revert', guidance } = options;
  const decision = findStanding(plan, options.decision);
  const isRevert = mode === 'revert';
  const affected = isRevert ? affectedBy(plan, decision) : { descendants: [], later: [] };
  const now = clock.now();
  const correction: Correction = {
    correction_id: nextId(now, plan.corrections.at(-1)?.correction_id),
    decision_id: decision.decision_id,
    mode,
    reason: notBlank(options.reason, 'reason'),
    guidance: guidance === undefined ? null : notBlank(guidance, 'guidance'),
    affected: affectedIds(decision, affected),
    checkpoint_id: isRevert ? decision.checkpoint_id : null,
    safety_checkpoint_id: null,
    archive: null,
    status: 'applied',
    created_at: isoTime(now),
  };
  return { plan, decision, affected, correction };
}

async function checkpointBefore(
  workspace: RollbackWorkspace,
  { plan, decision }: Planned,
): Promise<Checkpoint> {
  const { checkpoint_id: id, decision_id } = decision;
  const found = id === null ? null : await findCheckpoint(workspace, plan.plan_id, id);
  if (found !== null) return found;
  throw new PitonError('CHECKPOINT_NOT_FOUND', 'the checkpoint before the decision is gone', {
    hint: "correct an earlier decision, or use '--mode append', which rolls nothing back",
    details: { decision_id, checkpoint_id: id },
  });
}

function dataOf(
  { decision, affected, correction }: Planned,
  dryRun: boolean,
): Omit<CorrectData, 'rollback' | 'archived'> {
  const ids = (decisions: readonly Decision[]): string[] => decisions.map((one) => one.decision_id);
  return {
    correction: dryRun ? { ...correction, correction_id: null } : correction,
    affected: correction.affected,
    descendants: ids(affected.descendants),
    later: ids(affected.later),
    continue_at_step: decision.step,
    dry_run: dryRun,
  };
}

/** Links and git dirs are not reached through what a plan file says. */
function safeArtifacts(workspace: RollbackWorkspace, { plan, correction }: Planned): Artifact[] {
  const { safe, unsafe } = artifactsOf(plan, correction.affected);
  if (unsafe.length > 0) {
    const message = 'artifacts that do not lie in the worktree are left alone';
    workspace.warn({ code: 'ARTIFACT_LEFT', message, paths: unsafe });
  }
  return safe;
}

async function revert(
  workspace: RollbackWorkspace,
  planned: Planned,
  options: CorrectOptions,
): Promise<CorrectData> {
  const { plan, decision, correction } = planned;
  const { dryRun = false, token = null } = options;
  const checkpoint = await checkpointBefore(workspace, planned);
  const then = await planStateAt(workspace, checkpoint);
  const key = { planId: plan.plan_id, correctionId: correction.correction_id };
  let made = correction;
  const { rollback, archived } = await carryOut(workspace, {
    ...{ operation: 'correction', plan, checkpoint, then, dryRun, token, signal: options.signal },
    onProgress: options.onProgress,
    ...{ paths: null, moveHead: false, force: false, alsoBranch: null },
    archive: { direction: 'into', key, artifacts: safeArtifacts(workspace, planned) },
    planAfter: (safetyCheckpointId) => {
      made = {
        ...correction,
        safety_checkpoint_id: safetyCheckpointId,
        archive: archivePath(key),
      };
      const facts = {
        checkpointId: checkpoint.checkpoint_id,
        safetyCheckpointId,
        correctionId: correction.correction_id,
        now: workspace.clock.now(),
      };
      return correctedPlan(plan, rolledBack(plan, then, facts), made, decision);
    },
  });
  return {
    ...dataOf({ ...planned, correction: made }, dryRun),
    rollback,
    archived,
    continue_at_step: continueAtStep(decision, then.last_completed_step),
  };
}

function append(
  workspace: RollbackWorkspace,
  planned: Planned,
  { dryRun = false }: CorrectOptions,
): CorrectData {
  const { plan, correction } = planned;
  if (!dryRun) putPlan(workspace, stamped(appendedPlan(plan, correction), plan, workspace.clock));
  return { ...dataOf(planned, dryRun), rollback: null, archived: [] };
}

/** A correction that stands: the process was killed before it could say so. */
function standingData(
  workspace: RollbackWorkspace,
  plan: Plan,
  { correction, rollback }: { correction: Correction; rollback: RollbackData },
): CorrectData {
  const decision = findDecision(plan, correction.decision_id);
  const fallen = new Set(correction.affected);
  // As it was: what fell had not fallen yet.
  const decisions = plan.decisions.map((one): Decision =>
    fallen.has(one.decision_id) ? { ...one, status: 'active' } : one,
  );
  const affected = affectedBy(
    { ...plan, decisions },
    findDecision({ ...plan, decisions }, decision.decision_id),
  );
  return {
    ...dataOf({ plan, decision, affected, correction }, false),
    rollback,
    archived: archivedFiles(workspace, plan, correction).map(({ path, to }) => ({ path, to })),
    continue_at_step: nextStep(plan),
  };
}

/**
 * Takes a decision back, with all that was decided after it: moves what they produced into an
 * archive, rolls back to the checkpoint before it, and records why. All of it is done or nothing.
 * With mode `append` the decision is only to be carried out again, with guidance.
 * @throws {PitonError} `USAGE`; `PLAN_NOT_FOUND`, `PLAN_CLOSED`; `DECISION_NOT_FOUND`,
 * `CHECKPOINT_NOT_FOUND`; as `rollback`.
 */
export async function correct(
  session: Session,
  selector: string | undefined,
  options: CorrectOptions,
): Promise<CorrectData> {
  const isRevert = options.mode !== 'append';
  if (isRevert) assertSafeWorkspace(session.repository.root, session.settings.user);
  return session.locked(async (workspace, cutOff) => {
    const plan = meantPlan(workspace.stateDir, selector);
    const standing = isRevert && (await correctedAlready(workspace, cutOff, plan, options));
    if (standing) return standingData(workspace, plan, standing);
    const planned = plannedCorrection(workspace, plan, options);
    if (!isRevert) {
      assertOpen(plan);
      return append(workspace, planned, options);
    }
    assertCanRollBack(plan);
    return revert(workspace, planned, options);
  }, options);
}
