import { listCheckpointRefs } from '../checkpoint/list.js';
import type { Checkpoint } from '../checkpoint/metadata.js';
import { PitonError } from '../core/errors.js';
import type { OperationOptions } from '../core/types.js';
import { readLockOwner, type FoundOwner } from '../disk/lock-owner.js';
import { readPresence } from '../disk/presence.js';
import { toPlanData } from '../plan/plan-data.js';
import { readJournal } from '../rollback/journal.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import type { StatusData } from './data.js';
import { countChanges } from './describe-checkpoint.js';
import { changesInWorktree } from './diff-checkpoints.js';
import { diskCost } from './disk-cost.js';
import { countByPlan, findMeantPlan } from './select.js';
import type { Session } from './session.js';
import { latestOf } from './take-checkpoint.js';

function unfinishedIn(stateDir: string): StatusData['unfinished'] {
  const found = readJournal(stateDir);
  if (found === null) return null;
  const { operation, checkpointId, startedAt } = found.journal;
  const state = found.isCommitted ? 'committed' : 'applying';
  return { operation, checkpoint_id: checkpointId, state, since: startedAt };
}

function ownerData(owner: FoundOwner | null): StatusData['lock'] {
  if (owner === null || owner === 'unreadable') return null;
  return { pid: owner.pid, host: owner.host, since: owner.acquiredAt };
}

/** Null when there is nothing to compare with; a damaged checkpoint must not hide all else. */
async function changesSince(
  workspace: RollbackWorkspace,
  latest: Checkpoint | null,
  options: OperationOptions,
): Promise<StatusData['changes']> {
  if (latest === null) return null;
  try {
    return countChanges(await changesInWorktree(workspace, latest, options));
  } catch (error) {
    const isDamaged =
      error instanceof PitonError && ['STATE_DAMAGED', 'OBJECT_DAMAGED'].includes(error.code);
    if (!isDamaged) throw error;
    workspace.warn({ code: error.code, message: error.message });
    return null;
  }
}

/** Where the workspace stands. Takes no lock and changes nothing, not even what is unfinished. */
export async function status(
  session: Session,
  options: OperationOptions & { plan?: string | undefined },
): Promise<StatusData> {
  const { root, gitDir, stateDir } = session.repository;
  const engineOpening = session.engine();
  // Git tells its version while the worktree is looked at; what fails is told of further down.
  engineOpening.catch(() => undefined);
  const workspace = await session.workspace();
  const plan = findMeantPlan(stateDir, options.plan);
  const refs = await listCheckpointRefs(workspace.refs, null);
  const latest = plan === null ? null : await latestOf(workspace, plan);
  const changes = await changesSince(workspace, latest, options);
  const bytes = await diskCost(workspace, refs);
  const engine = await engineOpening;
  return {
    workspace: root,
    git_dir: gitDir,
    engine: { name: engine.name, reason: engine.reason, git_version: engine.gitVersion },
    plan:
      plan === null
        ? null
        : toPlanData(plan, countByPlan(refs.map(({ name }) => name)).get(plan.plan_id) ?? 0),
    latest,
    changes,
    unfinished: unfinishedIn(stateDir),
    lock: ownerData(readLockOwner(session.lockPath)),
    watch: ownerData(readPresence(stateDir)),
    disk: { checkpoints: refs.length, bytes },
  };
}
