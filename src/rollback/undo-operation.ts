import { pathToJson } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import type { HeadState } from '../core/types.js';
import type { RefStore } from '../store/ref-store.js';
import { openOperation, type RollbackContext } from './context.js';
import { clearOperation, type Retired } from './finish.js';
import { undoIndexSwap } from './index-swap.js';
import type { HeadSwap, Journal } from './journal.js';
import { undoStep } from './undo-step.js';

function isSameHead(left: HeadState, right: HeadState): boolean {
  return left.ref === right.ref && left.commit === right.commit;
}

/** Puts HEAD and its branch back, also when only one of them had been moved. */
async function undoHeadMove(swap: HeadSwap, refs: RefStore): Promise<void> {
  const present = await refs.readHead();
  const reason = 'piton: rollback undone';
  if (!isSameHead(present, swap.from)) {
    const expected = swap.from.ref === null ? null : await refs.read(swap.from.ref);
    await refs.moveHead({ from: present, to: swap.from, reason }, expected);
  }
  if (swap.to.ref === null || swap.to.ref === swap.from.ref) return;
  const branch = await refs.read(swap.to.ref);
  if (branch === swap.branchBefore || branch !== swap.to.commit) return;
  await refs.transact([{ name: swap.to.ref, expected: branch, value: swap.branchBefore }]);
}

function undoSteps(context: RollbackContext, journal: Journal): void {
  const operation = openOperation(context, journal);
  try {
    if (journal.index !== null) undoIndexSwap(journal.index, context.gitDir, operation.areas);
    for (const step of journal.steps.toReversed()) {
      try {
        undoStep(step, operation);
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
 * stopped. May be repeated. Gives what was found in the way and set aside.
 * @throws {PitonError} `RECOVERY_FAILED`; the journal then stays.
 */
export async function undoOperation(
  context: RollbackContext,
  journal: Journal,
): Promise<Retired[]> {
  if (journal.head !== null) await undoHeadMove(journal.head, context.refs);
  undoSteps(context, journal);
  return clearOperation(context, journal);
}
