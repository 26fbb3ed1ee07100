import { Sidecar } from '../checkpoint/sidecar.js';
import { formatManifest } from '../checkpoint/manifest.js';
import { emptyTreeId } from '../store/objects/object-format.js';
import { changesOf } from '../worktree/diff.js';
import { readTreeDiff } from '../worktree/read-tree.js';
import type { CheckpointShowData, JsonRecord } from './data.js';
import { describeChanges, storedContents } from './describe-changes.js';
import { checkpointsOf, meantCheckpoint } from './select.js';
import type { Session } from './session.js';

/** One checkpoint: metadata, plan state, manifest, and what changed since the one before it. */
export async function showCheckpoint(
  session: Session,
  selector: string,
  planSelector: string | undefined,
): Promise<CheckpointShowData> {
  return session.reading(async (workspace) => {
    const { objects, refs, repository } = workspace;
    const { checkpoint } = await meantCheckpoint(workspace, selector, planSelector);
    const sidecar = await Sidecar.open(checkpoint, refs, objects);
    const planState = JSON.parse((await sidecar.readPlanState()).toString('utf8')) as JsonRecord;
    const manifest = formatManifest(await sidecar.readManifest()).toString('utf8');
    const all = await checkpointsOf(workspace, checkpoint.plan_id);
    const earlier = all.filter(({ checkpoint_id: id }) => id < checkpoint.checkpoint_id).at(-1);
    const before = earlier?.tree ?? emptyTreeId(repository.algorithm);
    const contents = storedContents(objects);
    const { changes } = await describeChanges(
      changesOf(await readTreeDiff(objects, before, checkpoint.tree)),
      { before: contents, after: contents },
      false,
    );
    return {
      checkpoint,
      plan_state: planState,
      manifest: JSON.parse(manifest) as JsonRecord,
      changes,
    };
  });
}
