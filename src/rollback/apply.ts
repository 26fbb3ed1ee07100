import { parentOf, type BytePath } from '../core/byte-path.js';
import { PitonError, toPitonError } from '../core/errors.js';
import type { OperationOptions, Warning } from '../core/types.js';
import { unsafePath } from '../disk/folder.js';
import { openOperation, type OpenOperation, type RollbackContext } from './context.js';
import { finishOperation } from './finish.js';
import { assertIndexAsCaptured, lockIndex, swapIndex } from './index-swap.js';
import {
  commitJournal,
  readJournal,
  uncommitJournal,
  writeJournal,
  type Journal,
} from './journal.js';
import { makeDurable } from './make-durable.js';
import { takeStep } from './take-step.js';
import type { Retired } from './trash-record.js';
import { undoOperation } from './undo-operation.js';

const STEPS_BETWEEN_REPORTS = 100;

/** Kinds of steps that put something into a folder, or change what is in it. */
const WRITING = new Set(['place', 'return', 'mode']);

/** How far an operation has come: what it has not begun is not to be taken back. */
interface Course {
  /** How many of the journal's steps have been taken. */
  taken: number;
  /** Whether the commit point was passed, wherever the journal has gone since. */
  isCommitted: boolean;
}

async function takeSteps(
  journal: Journal,
  operation: OpenOperation,
  options: OperationOptions,
  course: Course,
): Promise<void> {
  const total = journal.steps.length;
  for (const [index, step] of journal.steps.entries()) {
    options.signal?.throwIfAborted();
    if (index % STEPS_BETWEEN_REPORTS === 0) {
      options.onProgress?.({ phase: 'applying', done: index, total });
      await new Promise(setImmediate);
    }
    takeStep(step, operation);
    course.taken = index + 1;
  }
}

/** A folder that was swapped while files went into it would leave them in another place. */
function assertFoldersInPlace(journal: Journal, operation: OpenOperation): void {
  const folders = new Set<BytePath>();
  for (const step of journal.steps) {
    if (WRITING.has(step.kind)) folders.add(parentOf(step.path));
  }
  for (const path of folders) {
    const isInPlace = operation.worktree.within(path, (folder) => folder.isStill(path));
    if (!isInPlace) throw unsafePath(path, 'was swapped while the rollback ran');
  }
}

async function applySteps(
  context: RollbackContext,
  journal: Journal,
  options: OperationOptions,
  course: Course,
): Promise<void> {
  const operation = openOperation(context, journal);
  try {
    if (journal.index !== null) {
      await lockIndex(context.gitDir, operation.areas, options.signal);
      assertIndexAsCaptured(journal.index, context.gitDir);
    }
    await takeSteps(journal, operation, options, course);
    assertFoldersInPlace(journal, operation);
    await makeDurable(context, journal, operation);
    if (journal.index !== null) swapIndex(journal.index, context.gitDir, operation.areas);
  } finally {
    operation.close();
  }
  if (journal.head === null) return;
  const { from, to, branchBefore, alsoBranch } = journal.head;
  await context.refs.moveHead({ from, to, reason: 'piton: rollback' }, branchBefore);
  if (alsoBranch !== null) await context.refs.transact([alsoBranch]);
}

async function undoAfter(
  error: unknown,
  context: RollbackContext,
  journal: Journal,
  { taken, isCommitted }: Course,
): Promise<never> {
  const { stateDir } = context;
  try {
    // A journal that is still committed would be finished, over steps that were taken back.
    const found = readJournal(stateDir);
    if (isCommitted || found?.isCommitted === true) uncommitJournal(stateDir);
    const aside = await undoOperation(context, journal, taken);
    if (aside.length > 0) context.warn(retiredWarning(aside));
  } catch (failure) {
    if (failure instanceof PitonError && failure.code === 'RECOVERY_FAILED') throw failure;
    throw new PitonError(
      'RECOVERY_FAILED',
      `the ${journal.operation} failed (${(error as Error).message}) and could not be undone: ` +
        (failure as Error).message,
      {
        cause: failure,
        hint: "nothing is lost; clear the cause and run 'piton recover'",
        details: { trash: `trash/${journal.id}/old` },
      },
    );
  }
  throw error;
}

/**
 * Carries out a prepared operation: journal, steps, staging area, HEAD, commit point, plan file.
 * Either all of it stands in the end or none: any error on the way, the plan file's included, has
 * everything put back before it is thrown. Once the plan's own file is written the rest follows:
 * the files of its subplans are written with the clearing up, by the next command if need be. Gives
 * what was retired and is in no checkpoint.
 */
export async function applyOperation(
  context: RollbackContext,
  journal: Journal,
  options: OperationOptions,
): Promise<Retired[]> {
  const course: Course = { taken: 0, isCommitted: false };
  try {
    writeJournal(context.stateDir, journal, context.durability);
    await applySteps(context, journal, options, course);
    options.signal?.throwIfAborted();
    commitJournal(context.stateDir, context.durability);
    course.isCommitted = true;
    await context.writePlan(journal.plansAfter[0]);
  } catch (error) {
    return await undoAfter(error, context, journal, course);
  }
  try {
    return await finishOperation(context, journal);
  } catch (error) {
    context.warn(leftoversWarning(error));
    return [];
  }
}

/** For what was found in the way while undoing. */
function retiredWarning(retired: readonly Retired[]): Warning {
  const where = retired.map(({ to }) => to).join(', ');
  return {
    code: 'RETIRED',
    message: `files that appeared meanwhile were set aside in the state directory: ${where}`,
    paths: retired.map(({ path }) => path),
  };
}

/** For what could not be cleared up after the work was done; the next command does it. */
export function leftoversWarning(error: unknown): Warning {
  const message = `clearing up was left to the next command: ${toPitonError(error).message}`;
  return { code: 'LEFTOVERS', message };
}
