import { join } from 'node:path';
import { bytePathFromText } from '../core/byte-path.js';
import { contentsOf } from '../disk/contents.js';
import type { PlanData } from './data.js';
import { readWorkspaceFile, writeCurrentPlan } from '../plan/workspace-file.js';
import { archivedFilesPath } from '../rollback/archive.js';
import { listArchives } from '../rollback/list-archives.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { dropPlan, refsOfPlan } from './drop.js';
import { clearPending, endPending, notePending } from './pending-checkpoint.js';
import { describePlan } from './plan-data.js';
import { meantPlan } from './select.js';
import type { Session } from './session.js';

/** Of ignored files an archive is the only copy there is: it stays, and somebody has to know. */
function warnOfArchives(workspace: RollbackWorkspace, planId: string): void {
  const { stateDir } = workspace;
  const files = listArchives(stateDir)
    .filter((key) => key.planId === planId)
    .map((key) => contentsOf(bytePathFromText(join(stateDir, archivedFilesPath(key)))).files)
    .reduce((sum, one) => sum + one, 0);
  if (files === 0) return;
  workspace.warn({
    code: 'ARCHIVES_KEPT',
    message:
      `what its corrections archived stays, ${files} files in ` +
      `${join(stateDir, 'archive', planId)}; take what you need and delete the folder`,
  });
}

/**
 * Deletes a plan and all its checkpoints; the objects go with git's own garbage collection. When
 * the first of them is gone the rest follows, if need be by the next command; any error before
 * leaves all as it was.
 */
export async function deletePlan(session: Session, selector: string): Promise<PlanData> {
  return session.locked(async (workspace) => {
    const { stateDir, durability } = workspace;
    const plan = meantPlan(stateDir, selector);
    const data = await describePlan(workspace, plan);
    const { plan_id: planId } = plan;
    const current = readWorkspaceFile(stateDir).current_plan_id;
    const refs = await refsOfPlan(workspace, planId);
    notePending(stateDir, { planId, checkpointId: planId, kind: 'plan_deletion' });
    try {
      await dropPlan(workspace, planId);
    } catch (error) {
      if ((await refsOfPlan(workspace, planId)).length < refs.length) throw error;
      writeCurrentPlan(stateDir, current, durability);
      clearPending(stateDir);
      throw error;
    }
    endPending(workspace);
    warnOfArchives(workspace, planId);
    return data;
  });
}
