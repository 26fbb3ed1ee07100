import { lookAtWorktree, type Look } from '../checkpoint/look.js';
import type { Checkpoint } from '../checkpoint/metadata.js';
import { loadScanCache } from '../checkpoint/scan-cache.js';
import { Sidecar, type CheckpointManifest } from '../checkpoint/sidecar.js';
import type { BytePath } from '../core/byte-path.js';
import type { OperationOptions } from '../core/types.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { changesOf, diffEntries, type FileChange } from '../worktree/diff.js';
import { hashOnlyBatch } from '../worktree/hash-only-batch.js';
import { PathSet } from '../worktree/path-set.js';
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

/** A checkpoint beside the worktree as it is, under the rules of today. */
export interface Comparison {
  changes: FileChange[];
  manifest: CheckpointManifest;
  look: Look;
}

/** Looks at the worktree, storing nothing, and compares it with a checkpoint. */
export async function compareWithWorktree(
  workspace: RollbackWorkspace,
  checkpoint: Checkpoint,
  options: OperationOptions,
): Promise<Comparison> {
  const { objects, refs } = workspace;
  options.signal?.throwIfAborted();
  const sidecar = await Sidecar.open(checkpoint, refs, objects);
  const manifest = await sidecar.readManifest();
  const look = await lookOnly(workspace, manifest, options, []);
  // Then all that the checkpoint holds is captured, and no path of it is missing for being ignored.
  if (look.scan.tree === checkpoint.tree) return { changes: [], manifest, look };
  const entries = await readTreeEntries(objects, checkpoint.tree, { signal: options.signal });
  const paths = entries.map(({ path }) => path);
  const held = new PathSet(paths);
  const isLeftOut = look.scan.ignored.some((path) => held.has(path) || held.hasWithin(path));
  const whole = isLeftOut ? await lookOnly(workspace, manifest, options, paths) : look;
  return { changes: diffEntries(entries, whole.scan.entries), manifest, look: whole };
}

async function lookOnly(
  workspace: RollbackWorkspace,
  { include_ignored: includeIgnored }: CheckpointManifest,
  options: OperationOptions,
  alsoCapture: readonly BytePath[],
): Promise<Look> {
  const { cache } = await loadScanCache(workspace);
  return lookAtWorktree(workspace, {
    ...options,
    batch: hashOnlyBatch(workspace.repository.algorithm),
    includeIgnored,
    alsoCapture,
    cache: cache ?? undefined,
    cacheVouched: true,
  });
}

/** What differs between a checkpoint and the worktree. */
export async function changesInWorktree(
  workspace: RollbackWorkspace,
  checkpoint: Checkpoint,
  options: OperationOptions,
): Promise<FileChange[]> {
  return (await compareWithWorktree(workspace, checkpoint, options)).changes;
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
