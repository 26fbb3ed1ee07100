import { pathToJson } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import { assertCanRollBack } from '../plan/guards.js';
import { readPlan } from '../plan/plan-file.js';
import { pathsRolledBack, rolledBack } from '../plan/rolled-back.js';
import type { MovedBranch } from '../plan/types.js';
import type { HeadSwap } from '../rollback/journal.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { assertSafeWorkspace } from '../store/repository/safe-workspace.js';
import { rollbackAskedAgain } from './asked-again.js';
import type { AdoptedCheckpoint } from './adopted.js';
import { carryOut } from './carry-out.js';
import type { RollbackData } from './data.js';
import { rollbackTarget } from './rollback-target.js';
import type { Session } from './session.js';
import { planStateAt } from './state-at.js';
import { takeCheckpoint } from './take-checkpoint.js';
import type { RollbackOptions } from './types.js';
import { workspacePaths } from './workspace-paths.js';

/** The branch that HEAD was moved to, when it was not on it and the branch went along. */
export function movedBranch(swap: HeadSwap | null): MovedBranch | null {
  const ref = swap?.to.ref ?? null;
  if (swap === null || ref === null || ref === swap.from.ref) return null;
  return { ref, before: swap.branchBefore, after: swap.to.commit };
}

/** What was a fork's becomes a checkpoint of the plan itself, which outlives the fork. */
async function withOwnCheckpoint(
  workspace: RollbackWorkspace,
  data: RollbackData,
): Promise<RollbackData> {
  const plan = readPlan(workspace.stateDir, data.plan_id);
  const { checkpoint } = await takeCheckpoint(workspace, plan, plan, {
    ...{ kind: 'manual', name: null, source: null, always: true, includeIgnored: false },
    reason: `taken over from a fork: ${data.checkpoint_id}`,
  });
  return { ...data, last_checkpoint_id: checkpoint.checkpoint_id };
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
  return session.locked(async (workspace, cutOff) => {
    const again = await rollbackAskedAgain(workspace, cutOff, selector, options);
    if (again?.isAsLeft === true) return again.data;
    const meant: AdoptedCheckpoint =
      again ?? (await rollbackTarget(session, workspace, selector, options));
    const { plan, checkpoint } = meant;
    if (again === null) assertCanRollBack(plan);
    const then = meant.adopted ?? (await planStateAt(workspace, checkpoint));
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
        if (paths !== null) return pathsRolledBack(plan, facts);
        const counted = rolledBack(plan, then, facts);
        const { reversion_count } = plan;
        // What was changed since the one before was killed goes too, and it stays one reversion.
        const after = again === null ? counted : { ...counted, reversion_count };
        // A fork's checkpoint is another plan's: none of this one's is its latest before the next.
        if (meant.adopted === undefined) return after;
        return { ...after, last_checkpoint_id: plan.last_checkpoint_id };
      },
      signal: options.signal,
      onProgress: options.onProgress,
    });
    const isAdopted = meant.adopted !== undefined && options.dryRun !== true && paths === null;
    return isAdopted ? withOwnCheckpoint(workspace, rollback) : rollback;
  }, options);
}
