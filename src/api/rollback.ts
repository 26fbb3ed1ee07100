import { Sidecar } from '../checkpoint/sidecar.js';
import type { Checkpoint } from '../checkpoint/metadata.js';
import { pathToJson } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import { assertCanRollBack } from '../plan/guards.js';
import { parsePlanState, type PlanState } from '../plan/plan-state.js';
import { pathsRolledBack, rolledBack } from '../plan/rolled-back.js';
import type { MovedBranch } from '../plan/types.js';
import type { HeadSwap } from '../rollback/journal.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { assertSafeWorkspace } from '../store/repository/safe-workspace.js';
import { carryOut } from './carry-out.js';
import type { RollbackData } from './data.js';
import { rollbackTarget } from './rollback-target.js';
import type { Session } from './session.js';
import type { RollbackOptions } from './types.js';
import { workspacePaths } from './workspace-paths.js';

/** The plan as it was when a checkpoint of it was taken. */
export async function planStateAt(
  { refs, objects }: RollbackWorkspace,
  checkpoint: Checkpoint,
): Promise<PlanState> {
  const sidecar = await Sidecar.open(checkpoint, refs, objects);
  return parsePlanState(await sidecar.readPlanState(), `plan.json of ${checkpoint.checkpoint_id}`);
}

/** The branch that HEAD was moved to, when it was not on it and the branch went along. */
export function movedBranch(swap: HeadSwap | null): MovedBranch | null {
  const ref = swap?.to.ref ?? null;
  if (swap === null || ref === null || ref === swap.from.ref) return null;
  return { ref, before: swap.branchBefore, after: swap.to.commit };
}

/** Rolls the worktree and the plan's position back to a checkpoint. */
export async function rollback(session: Session, options: RollbackOptions): Promise<RollbackData> {
  const { checkpoint: selector = 'latest', force = false, head: moveHead = false } = options;
  const paths = workspacePaths(options.paths);
  if (paths !== null && moveHead) {
    throw new PitonError('USAGE', '--head moves HEAD for the whole worktree, not for some paths', {
      hint: 'leave out --head or --path',
    });
  }
  if (!force) assertSafeWorkspace(session.repository.root, session.settings.user);
  return session.locked(async (workspace) => {
    const { plan, checkpoint } = await rollbackTarget(session, workspace, selector, options);
    assertCanRollBack(plan);
    const then = await planStateAt(workspace, checkpoint);
    const { rollback } = await carryOut(workspace, {
      ...{ operation: 'rollback', plan, checkpoint, then, paths, moveHead, force },
      archive: null,
      dryRun: options.dryRun ?? false,
      token: options.token ?? null,
      alsoBranch: null,
      planAfter: (safetyCheckpointId, headSwap) => {
        const facts = {
          checkpointId: checkpoint.checkpoint_id,
          safetyCheckpointId,
          headMoved: headSwap !== null,
          movedBranch: movedBranch(headSwap),
          paths: paths?.map(pathToJson) ?? null,
          now: workspace.clock.now(),
        };
        return paths === null ? rolledBack(plan, then, facts) : pathsRolledBack(plan, facts);
      },
      signal: options.signal,
      onProgress: options.onProgress,
    });
    return rollback;
  }, options);
}
