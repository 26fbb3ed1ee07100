import { encodeCommit, decodeCommit } from '../store/objects/object-format.js';
import type { CheckpointContext } from './context.js';
import { formatCheckpointMessage, type Checkpoint } from './metadata.js';
import { PITON_IDENTITY } from './sidecar.js';
import { takeBack } from './take-back.js';

/**
 * Gives a checkpoint a name. The name is part of its commit, so the commit becomes another one;
 * id, tree, parent and time stay. The caller holds the lock and has checked the name.
 */
export async function rename(
  { objects, refs }: Pick<CheckpointContext, 'objects' | 'refs'>,
  checkpoint: Checkpoint,
  name: string,
): Promise<Checkpoint> {
  const { data } = await objects.read(checkpoint.commit);
  const { tree, parents, committerSeconds } = decodeCommit(data);
  const message = formatCheckpointMessage({ ...checkpoint, name, head_ref: checkpoint.head.ref });
  const author = { ...PITON_IDENTITY, seconds: committerSeconds };
  const batch = objects.beginBatch();
  const commit = batch.add('commit', encodeCommit({ tree, parents, author, message }));
  await batch.publish();
  const edits = [{ name: checkpoint.ref, expected: checkpoint.commit, value: commit }];
  try {
    await refs.transact(edits);
  } catch (error) {
    await takeBack(batch, edits, { refs, objects }).catch(() => undefined);
    throw error;
  }
  return { ...checkpoint, name, commit };
}
