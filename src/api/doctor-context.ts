import type { OperationOptions } from '../core/types.js';
import type { DoctorContext } from '../doctor/check.js';
import { readPending, settlePending } from './pending-checkpoint.js';
import { recoverWorkspace } from './recover-workspace.js';
import type { Session } from './session.js';

/** What the checks of `doctor`, and its repairs, need. */
export function contextOf(
  session: Session,
  holdsLock: boolean,
  options: OperationOptions,
): DoctorContext {
  const { repository, lockPath, durability } = session;
  const { signal, onProgress } = options;
  return {
    ...{ repository, lockPath, durability, holdsLock, signal, onProgress },
    clock: session.settings.clock,
    workspace: () => session.workspace(),
    readPending: () => readPending(repository.stateDir),
    settlePending: async () => settlePending(await session.workspace()),
    recover: async () => recoverWorkspace(await session.workspace(), lockPath),
  };
}
