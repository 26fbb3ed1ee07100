import type { RollbackContext } from './context.js';
import { finishOperation } from './finish.js';
import { readJournal, type JournalOperation } from './journal.js';
import type { Retired } from './trash-record.js';
import { undoOperation } from './undo-operation.js';

export interface Recovery {
  operation: JournalOperation;
  planId: string;
  checkpointId: string;
  safetyCheckpointId: string;
  outcome: 'finished' | 'undone';
  retired: Retired[];
}

/**
 * Finishes an operation that had passed its commit point when it was cut off, or undoes one that
 * had not. Null when there is none. The caller holds the workspace lock.
 * @throws {PitonError} `RECOVERY_FAILED`: the journal stays, and nothing else may be written.
 */
export async function recoverUnfinished(context: RollbackContext): Promise<Recovery | null> {
  const found = readJournal(context.stateDir);
  if (found === null) return null;
  const { journal, isCommitted } = found;
  const retired = isCommitted
    ? await finishOperation(context, journal)
    : await undoOperation(context, journal, null);
  return {
    operation: journal.operation,
    planId: journal.planId,
    checkpointId: journal.checkpointId,
    safetyCheckpointId: journal.safetyCheckpointId,
    outcome: isCommitted ? 'finished' : 'undone',
    retired,
  };
}
