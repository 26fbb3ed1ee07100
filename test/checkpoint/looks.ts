import type { CheckpointContext } from '../../src/checkpoint/context.js';
import type { Created } from '../../src/checkpoint/create.js';
import { lookAtWorktree, type Look, type View } from '../../src/checkpoint/look.js';
import { hashOnlyBatch } from '../../src/worktree/hash-only-batch.js';

/** Whether a look was at what had changed, and at nothing else. */
export function isQuick({ look }: Created<View>): boolean {
  return look.scan.entries === undefined;
}

/** What a whole scan sees, without the help of anything remembered. */
export async function seenWhole(context: CheckpointContext): Promise<Look> {
  const warn = (): void => undefined;
  const batch = hashOnlyBatch(context.repository.algorithm);
  return lookAtWorktree({ ...context, warn }, { batch });
}
