import type { RecoverData } from './data.js';
import { retiredData } from './rollback-data.js';
import { recoverWorkspace } from './recover-workspace.js';
import type { Session } from './session.js';

/** Finishes or undoes what an earlier process left unfinished, by name. */
export async function recover(session: Session): Promise<RecoverData> {
  const recovery = await session.lockedOnly((workspace) =>
    recoverWorkspace(workspace, session.lockPath),
  );
  return {
    recovered: recovery !== null,
    operation: recovery?.operation ?? null,
    outcome: recovery?.outcome ?? null,
    retired: retiredData(recovery?.retired ?? []),
  };
}
