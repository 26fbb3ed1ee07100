import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../core/clock.js';
import { timeOfId } from '../core/ids.js';
import { namesIn } from '../disk/names-in.js';
import { planFilePath } from '../plan/plan-file.js';
import type { Repository } from '../store/repository-types.js';

function hasPlan(gitDir: string, planId: string): boolean {
  const path = join(gitDir, 'piton', planFilePath(planId));
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Whose a plan is. All worktrees of a repository share its refs, and each has plans of its own:
 * what another one has is not missing here, and not to be touched from here.
 */
export function placeOfPlan(
  { gitDir, commonDir }: Repository,
  planId: string,
): 'here' | 'elsewhere' | 'nowhere' {
  if (hasPlan(gitDir, planId)) return 'here';
  const worktrees = join(commonDir, 'worktrees');
  const others = [commonDir, ...namesIn(worktrees).map((name) => join(worktrees, name))];
  return others.some((other) => hasPlan(other, planId)) ? 'elsewhere' : 'nowhere';
}

/** Whether piton has worked in a linked worktree that has no plan: it may be one that was lost. */
export function hasWorktreeWithoutPlans({ commonDir }: Repository): boolean {
  const worktrees = join(commonDir, 'worktrees');
  const stateDirs = namesIn(worktrees).map((name) => join(worktrees, name, 'piton'));
  return stateDirs.some(
    (stateDir) => existsSync(stateDir) && namesIn(join(stateDir, 'plans')).length === 0,
  );
}

/** Longer than anybody takes from a sidecar's ref to the file of its plan. */
const IN_THE_MAKING_MS = 60_000;

/** Whether another worktree, with a lock of its own, may be making this checkpoint just now. */
export function mayBeInTheMaking(
  { commonDir }: Repository,
  checkpointId: string,
  clock: Clock,
): boolean {
  if (namesIn(join(commonDir, 'worktrees')).length === 0) return false;
  return timeOfId(checkpointId) > clock.now() - IN_THE_MAKING_MS;
}
