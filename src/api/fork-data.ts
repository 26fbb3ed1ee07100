import type { CheckpointData, PlanData } from './data.js';

/** A linked worktree with a plan that was forked off. */
export interface ForkData {
  /** Absolute. */
  path: string;
  /** null: HEAD is at a commit and on no branch. */
  branch: string | null;
  /** The fork's own. */
  plan: PlanData;
  /** What it was forked off; null when that has been deleted since. */
  checkpoint: CheckpointData | null;
}

export interface ForkListData {
  forks: ForkData[];
}
