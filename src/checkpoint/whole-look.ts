import type { CheckpointContext } from './context.js';
import { lookAtWorktree, type Look, type LookOptions, type View } from './look.js';
import type { Checkpoint } from './metadata.js';
import { isWorthSaving, loadScanCache, saveScanCache } from './scan-cache.js';

/** What was seen, and what is to be done once a checkpoint holds it. */
export interface Looked<Seen extends View> {
  look: Seen;
  /** @param stamp the file system's time before the look, in nanoseconds */
  remember: (checkpoint: Checkpoint, stamp: bigint) => void;
}

/** A way to look at the worktree for a checkpoint. */
export type Looker<Seen extends View> = (
  context: CheckpointContext,
  options: Omit<LookOptions, 'cache' | 'cacheVouched'>,
) => Promise<Looked<Seen>>;

/** Scans the whole worktree, with the help of the stat cache. */
export const wholeLook: Looker<Look> = async (context, options) => {
  const { cache, isVouched } = await loadScanCache(context);
  const look = await lookAtWorktree(context, {
    ...options,
    cache: cache ?? undefined,
    cacheVouched: isVouched,
  });
  return {
    look,
    remember: (checkpoint, stamp) => {
      if (!isWorthSaving(look.scan, { isVouched })) return;
      saveScanCache(context, look.scan, stamp, checkpoint);
    },
  };
};
