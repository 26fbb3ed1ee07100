import type { CheckpointContext } from '../checkpoint/context.js';
import { measureDiskCost } from '../checkpoint/disk-cost.js';
import type { Ref } from '../store/ref-store.js';

/** Bytes on disk that only the checkpoints with these refs, and their sidecars, keep. */
export async function diskCost(
  workspace: Pick<CheckpointContext, 'repository' | 'refs' | 'objects'>,
  refs: readonly Ref[],
): Promise<number> {
  return (await measureDiskCost(workspace, refs)).bytes;
}
