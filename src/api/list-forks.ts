import { linkedWorktrees } from '../fork/list.js';
import { listPlans } from '../plan/plan-file.js';
import type { ForkedFrom, Plan } from '../plan/types.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { readHeadOf } from '../store/file-refs/resolve-ref.js';
import type { Repository } from '../store/repository-types.js';
import type { ForkData, ForkListData } from './fork-data.js';
import { describePlan } from './plan-data.js';
import { findCheckpoint } from './select.js';
import type { Session } from './session.js';

function isFork(plan: Plan): plan is Plan & { forked_from: ForkedFrom } {
  return plan.forked_from !== null;
}

async function forksIn(workspace: RollbackWorkspace, repository: Repository): Promise<ForkData[]> {
  const { root, stateDir } = repository;
  const forks: ForkData[] = [];
  for (const plan of listPlans(stateDir).plans.filter(isFork)) {
    const { plan_id: planId, checkpoint_id: checkpointId } = plan.forked_from;
    forks.push({
      path: root,
      branch: readHeadOf(repository).ref?.replace(/^refs\/heads\//, '') ?? null,
      plan: await describePlan(workspace, plan),
      checkpoint: await findCheckpoint(workspace, planId, checkpointId),
    });
  }
  return forks;
}

/** The linked worktrees of the workspace's repository that were made as forks. */
export async function listForks(session: Session): Promise<ForkListData> {
  return session.reading(async (workspace) => {
    const { commonDir } = workspace.repository;
    const forks: ForkData[] = [];
    for (const repository of linkedWorktrees(commonDir, session.settings.user)) {
      forks.push(...(await forksIn(workspace, repository)));
    }
    return { forks };
  });
}
