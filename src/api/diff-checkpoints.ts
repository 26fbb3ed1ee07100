import { lookAtWorktree } from '../checkpoint/look.js';
import type { Checkpoint } from '../checkpoint/metadata.js';
import { loadScanCache } from '../checkpoint/scan-cache.js';
import { Sidecar } from '../checkpoint/sidecar.js';
import type { OperationOptions } from '../core/types.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { changesOf, diffEntries, type FileChange } from '../worktree/diff.js';
import { hashOnlyBatch } from '../worktree/hash-only-batch.js';
import { readTreeDiff, readTreeEntries } from '../worktree/read-tree.js';
import type { CheckpointDiffData } from './data.js';
import {
  describeChanges,
  isAskedFor,
  storedContents,
  worktreeContents,
} from './describe-changes.js';
import { meantCheckpoint } from './select.js';
import type { Session } from './session.js';
import type { CheckpointDiffOptions } from './types.js';
import { workspacePaths } from './workspace-paths.js';

/** What differs between a checkpoint and the worktree, under the rules of today. */
export async function changesInWorktree(
  workspace: RollbackWorkspace,
  checkpoint: Checkpoint,
  options: OperationOptions,
): Promise<FileChange[]> {
  const { objects, refs, repository } = workspace;
  const sidecar = await Sidecar.open(checkpoint, refs, objects);
  const { include_ignored: includeIgnored } = await sidecar.readManifest();
  const entries = await readTreeEntries(objects, checkpoint.tree, { signal: options.signal });
  const { cache } = await loadScanCache(workspace);
  const { scan } = await lookAtWorktree(workspace, {
    ...options,
    batch: hashOnlyBatch(repository.algorithm),
    includeIgnored,
    alsoCapture: entries.map(({ path }) => path),
    cache: cache ?? undefined,
    cacheVouched: true,
  });
  return diffEntries(entries, scan.entries);
}

/** Compares two checkpoints, or one with the worktree. */
export async function diffCheckpoints(
  session: Session,
  options: CheckpointDiffOptions,
): Promise<CheckpointDiffData> {
  const asked = workspacePaths(options.paths);
  return session.reading(async (workspace) => {
    const { objects, root } = workspace;
    const { from: first = 'latest', to: second, plan, patch: withPatch = false } = options;
    const { checkpoint: from } = await meantCheckpoint(workspace, first, plan);
    const to =
      second === undefined ? null : (await meantCheckpoint(workspace, second, plan)).checkpoint;
    const changes =
      to === null
        ? await changesInWorktree(workspace, from, options)
        : changesOf(await readTreeDiff(objects, from.tree, to.tree));
    const stored = storedContents(objects);
    const contents = { before: stored, after: to === null ? worktreeContents(root) : stored };
    const meant = changes.filter(({ path }) => isAskedFor(path, asked));
    const described = await describeChanges(meant, contents, withPatch);
    return {
      from: from.checkpoint_id,
      to: to?.checkpoint_id ?? 'worktree',
      changes: described.changes,
      ...(withPatch && { patch: described.patch }),
    };
  });
}
