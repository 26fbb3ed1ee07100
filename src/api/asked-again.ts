import { isDeepStrictEqual } from 'node:util';
import type { Checkpoint } from '../checkpoint/metadata.js';
import { isRelative, selectCheckpoint } from '../checkpoint/select.js';
import { pathFromJson, pathToJson } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import type { OperationOptions } from '../core/types.js';
import { readPlan } from '../plan/plan-file.js';
import { findDecision } from '../plan/decision.js';
import type { Correction, Plan, RollbackEntry } from '../plan/types.js';
import type { JournalOperation } from '../rollback/journal.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { carryOut } from './carry-out.js';
import type { CutOff } from './cut-off.js';
import type { RollbackData } from './data.js';
import { isWorktreeAsAt } from './is-as-at.js';
import {
  checkpointsOf,
  findCheckpoint,
  findMeantPlan,
  meantPlan,
  type MeantCheckpoint,
} from './select.js';
import { planStateAt } from './state-at.js';
import type { CorrectOptions, RollbackOptions } from './types.js';
import type { UndoOptions } from './workspace.js';
import { workspacePaths } from './workspace-paths.js';

/** Without a death there is nothing to ask for again. */
function mayStand({ recovery, diedSince: since }: CutOff): boolean {
  return recovery === null ? since !== null : recovery.outcome === 'finished';
}

/** Where a plan has the newest rollback, undo or redo of a kind, if that was the last of all. */
function newestOf(plan: Plan, operation: JournalOperation): RollbackEntry | undefined {
  return plan.rollbacks[operation === 'undo' ? 'redo' : 'undo'].at(-1);
}

/**
 * The entry of an operation that stands although the process was killed that did it. Whoever is
 * told nothing asks once more, and means the same one: doing it again would count a reversion
 * twice, or take back one rollback more. Null when there is none.
 */
function standingOf(
  { recovery, diedSince: since }: CutOff,
  plan: Plan,
  operation: JournalOperation,
): RollbackEntry | null {
  const entry = newestOf(plan, operation);
  if (entry === undefined) return null;
  if (recovery !== null) {
    const isMeant = recovery.outcome === 'finished' && recovery.operation === operation;
    return isMeant && recovery.safetyCheckpointId === entry.from_checkpoint_id ? entry : null;
  }
  // Killed after the last trace of it was cleared up, but for the lock. What undo and redo leave
  // behind then does not tell one from the other.
  const isOfTheDead = since !== null && since <= entry.at;
  return isOfTheDead && operation !== 'undo' && operation !== 'redo' ? entry : null;
}

/** The data of an operation that stands: those of a rollback that found nothing to do. */
async function standingData(
  workspace: RollbackWorkspace,
  plan: Plan,
  checkpoint: Checkpoint,
  { from_checkpoint_id: safetyId, paths }: RollbackEntry,
  operation: OperationOptions,
): Promise<{ data: RollbackData; isAsLeft: boolean }> {
  const { rollback } = await carryOut(workspace, {
    ...operation,
    ...{ operation: 'rollback', plan, checkpoint, then: await planStateAt(workspace, checkpoint) },
    ...{ moveHead: false, archive: null, force: true, dryRun: true, token: null, alsoBranch: null },
    paths: paths?.map(pathFromJson) ?? null,
    planAfter: () => plan,
  });
  const data = { ...rollback };
  delete data.token;
  const isUnchanged = data.changed_paths.length === 0 && data.retired.length === 0;
  const isAsLeft =
    isUnchanged && (paths !== null || (await isWorktreeAsAt(workspace, checkpoint, operation)));
  return {
    data: {
      ...data,
      ...{ safety_checkpoint_id: safetyId, dry_run: false },
      ...{ written: 0, deleted: 0, mode_changed: 0, changed_paths: [], retired: [] },
    },
    isAsLeft,
  };
}

/** What the words for a checkpoint meant before a rollback: the latest was another one then. */
async function selectedBefore(
  workspace: RollbackWorkspace,
  plan: Plan,
  { last_checkpoint_id: latest }: RollbackEntry,
  selector: string,
  planSelector: string | undefined,
): Promise<Checkpoint | null> {
  const isOfMeant = findMeantPlan(workspace.stateDir, planSelector)?.plan_id === plan.plan_id;
  const isAnywhere = planSelector === undefined && !isRelative(selector);
  if (!isOfMeant && !isAnywhere) return null;
  return selectCheckpoint(await checkpointsOf(workspace, plan.plan_id), latest, selector);
}

/** A rollback that is asked for and stands already. */
export interface RollbackAgain extends MeantCheckpoint {
  data: RollbackData;
  /** Whether nothing changed since, so that nothing is left to be done. */
  isAsLeft: boolean;
}

/**
 * The rollback that is asked for, when it stands although the process was killed that did it. Null
 * when it does not, or when that cannot be told: what is wrong is told by doing it.
 */
export async function rollbackAskedAgain(
  workspace: RollbackWorkspace,
  cutOff: CutOff,
  selector: string,
  options: RollbackOptions,
): Promise<RollbackAgain | null> {
  if (!mayStand(cutOff) || options.dryRun === true) return null;
  try {
    const { stateDir } = workspace;
    const planId = cutOff.recovery?.planId ?? meantPlan(stateDir, options.plan).plan_id;
    const plan = readPlan(stateDir, planId);
    const entry = standingOf(cutOff, plan, 'rollback');
    const paths = workspacePaths(options.paths)?.map(pathToJson) ?? null;
    if (entry === null || !isDeepStrictEqual(entry.paths, paths)) return null;
    const checkpoint = await selectedBefore(workspace, plan, entry, selector, options.plan);
    if (checkpoint?.checkpoint_id !== entry.to_checkpoint_id) return null;
    return {
      plan,
      checkpoint,
      ...(await standingData(workspace, plan, checkpoint, entry, options)),
    };
  } catch (error) {
    if (error instanceof PitonError) return null;
    throw error;
  }
}

/** The data of an undo or redo that is asked for and stands already; else null. */
export async function takenBackAlready(
  workspace: RollbackWorkspace,
  cutOff: CutOff,
  plan: Plan,
  operation: 'undo' | 'redo',
  options: UndoOptions,
): Promise<RollbackData | null> {
  const entry = standingOf(cutOff, plan, operation);
  if (entry === null || options.dryRun === true) return null;
  const checkpoint = await findCheckpoint(workspace, plan.plan_id, entry.to_checkpoint_id);
  if (checkpoint === null) return null;
  return (await standingData(workspace, plan, checkpoint, entry, options)).data;
}

/** The correction that is asked for and stands already, and its rollback; else null. */
export async function correctedAlready(
  workspace: RollbackWorkspace,
  cutOff: CutOff,
  plan: Plan,
  options: CorrectOptions,
): Promise<{ correction: Correction; rollback: RollbackData } | null> {
  const entry = standingOf(cutOff, plan, 'correction');
  const correction = plan.corrections.find(({ correction_id: id }) => id === entry?.correction_id);
  if (entry === null || correction === undefined || options.dryRun === true) return null;
  const isSame =
    findDecision(plan, options.decision).decision_id === correction.decision_id &&
    correction.reason === options.reason &&
    correction.guidance === (options.guidance ?? null);
  const checkpoint = await findCheckpoint(workspace, plan.plan_id, entry.to_checkpoint_id);
  if (!isSame || checkpoint === null) return null;
  const { data } = await standingData(workspace, plan, checkpoint, entry, options);
  return { correction, rollback: data };
}
