import { problemOf } from '../checkpoint/damage.js';
import { PitonError } from '../core/errors.js';
import { readJournal } from '../rollback/journal.js';
import type { Check, DoctorContext, Finding } from './check.js';
import { setAside } from './set-aside.js';

const NOTE = 'pending-checkpoint';

/** A note that cannot be carried out would stop every command for ever. */
async function settle({ repository, settlePending }: DoctorContext): Promise<void> {
  try {
    await settlePending();
  } catch (error) {
    problemOf(error);
    setAside(repository.stateDir, '', NOTE);
  }
}

/** A checkpoint whose making was cut off. */
export const PENDING_CHECKPOINT: Check = {
  name: 'pending_checkpoint',
  beforeRecovery: true,
  look: (context) => {
    const repair = (): Promise<void> => settle(context);
    try {
      const pending = context.readPending();
      if (pending === null) return [];
      const what = `the making of the checkpoint ${pending.checkpointId} was cut off`;
      const message = `${what}; the next command ends it`;
      return [{ severity: 'should', message, repair }];
    } catch (error) {
      if (!(error instanceof PitonError)) throw error;
      return [{ severity: 'must', message: error.message, repair }];
    }
  },
};

/** A rollback, undo or redo that was cut off. */
export const JOURNAL: Check = {
  name: 'journal',
  beforeRecovery: true,
  look: (context): Finding[] => {
    try {
      const found = readJournal(context.repository.stateDir);
      if (found === null) return [];
      const { operation, checkpointId, startedAt } = found.journal;
      const what = `the ${operation} to ${checkpointId}, begun ${startedAt}, was cut off`;
      const repair = async (): Promise<void> => void (await context.recover());
      return [{ severity: 'must', message: `${what}; run 'piton recover'`, repair }];
    } catch (error) {
      if (!(error instanceof PitonError)) throw error;
      return [{ severity: 'must', message: `${error.message}; ${error.hint}` }];
    }
  },
};
