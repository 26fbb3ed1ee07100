import { isSameHead } from '../checkpoint/same-view.js';
import { pathToJson } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import type { RefEdit, RefStore } from '../store/ref-store.js';
import { openOperation, type RollbackContext } from './context.js';
import { clearOperation } from './finish.js';
import { undoIndexSwap } from './index-swap.js';
import type { HeadSwap, Journal } from './journal.js';
import type { Retired } from './trash-record.js';
import { undoStep, type StepEnd } from './undo-step.js';

/** Gives a ref its old value back, if it still has the one that the operation gave it. */
async function undoBranch(refs: RefStore, { name, expected, value }: RefEdit): Promise<void> {
  if (expected === value || (await refs.read(name)) !== value) return;
  await refs.transact([{ name, expected: value, value: expected }]);
}

/**
 * Puts HEAD and its branch back, each only where the operation had moved it: what the user did
 * since stands.
 */
async function undoHeadMove(swap: HeadSwap, refs: RefStore): Promise<void> {
  const { from, to, branchBefore, alsoBranch } = swap;
  if (alsoBranch !== null) await undoBranch(refs, alsoBranch);
  const present = await refs.readHead();
  const isMoved = isSameHead(present, to) && !isSameHead(present, from);
  if (isMoved && to.ref !== from.ref) {
    const expected = from.ref === null ? null : await refs.read(from.ref);
    if (from.ref === null || expected === from.commit) {
      await refs.moveHead({ from: present, to: from, reason: 'piton: rollback undone' }, expected);
    }
  }
  if (to.ref !== null) {
    await undoBranch(refs, { name: to.ref, expected: branchBefore, value: to.commit });
  }
}

function endOf(index: number, taken: number | null): StepEnd {
  if (taken === null) return 'unknown';
  return index < taken ? 'taken' : 'failed';
}

function undoSteps(context: RollbackContext, journal: Journal, taken: number | null): void {
  const operation = openOperation(context, journal);
  try {
    if (journal.index !== null) undoIndexSwap(journal.index, context.gitDir, operation.areas);
    // The one after those that were taken has failed, if it was begun at all.
    const begun = journal.steps.slice(0, taken === null ? undefined : taken + 1);
    for (const [index, step] of [...begun.entries()].reverse()) {
      try {
        undoStep(step, operation, endOf(index, taken));
      } catch (error) {
        throw new PitonError(
          'RECOVERY_FAILED',
          `the ${journal.operation} could not be undone: ${(error as Error).message}`,
          {
            cause: error,
            hint:
              'nothing is lost: what was set aside is in trash in the state directory; ' +
              "clear what is in the way and run 'piton recover'",
            details: { path: pathToJson(step.path), trash: `trash/${journal.id}/old` },
          },
        );
      }
    }
  } finally {
    operation.close();
  }
}

/**
 * Puts everything back that a journal's operation changed before its commit point, wherever it
 * stopped: after `taken` steps, if that is known. May be repeated. Gives what was found in the way
 * and set aside.
 * @throws {PitonError} `RECOVERY_FAILED`; the journal then stays.
 */
export async function undoOperation(
  context: RollbackContext,
  journal: Journal,
  taken: number | null,
): Promise<Retired[]> {
  if (journal.head !== null) await undoHeadMove(journal.head, context.refs);
  undoSteps(context, journal, taken);
  return clearOperation(context, journal, false);
}
