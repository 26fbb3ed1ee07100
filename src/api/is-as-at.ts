import type { Checkpoint } from '../checkpoint/metadata.js';
import type { OperationOptions } from '../core/types.js';
import { presentStagingDigest } from '../rollback/rehearse.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { compareWithWorktree } from './diff-checkpoints.js';

/**
 * Whether worktree and staging area are as at a checkpoint. The staging area may differ when HEAD
 * has moved, because a rollback leaves it then.
 * @param planStateDigest when given, whether the plan's state has that digest counts too
 */
export async function isWorktreeAsAt(
  workspace: RollbackWorkspace,
  checkpoint: Checkpoint,
  operation: OperationOptions,
  planStateDigest?: string,
): Promise<boolean> {
  const { changes, manifest, look } = await compareWithWorktree(workspace, checkpoint, operation);
  if (changes.length > 0) return false;
  if (planStateDigest !== undefined && planStateDigest !== manifest.plan_state_digest) return false;
  const head = await workspace.refs.readHead();
  if (head.commit !== manifest.head.commit) return true;
  return presentStagingDigest(look) === (manifest.staging_area?.digest ?? null);
}
