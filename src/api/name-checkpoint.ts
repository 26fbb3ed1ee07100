import { rename } from '../checkpoint/rename.js';
import { assertCheckpointName, assertNameFree } from '../checkpoint/select.js';
import { checkpointsOf, meantCheckpoint } from './select.js';
import type { Session } from './session.js';
import type { NamedCheckpointData } from './workspace.js';

/** Gives a checkpoint a name; named ones are kept by retention. */
export async function nameCheckpoint(
  session: Session,
  selector: string,
  name: string,
  planSelector: string | undefined,
): Promise<NamedCheckpointData> {
  assertCheckpointName(name);
  return session.locked(async (workspace) => {
    const { checkpoint } = await meantCheckpoint(workspace, selector, planSelector);
    const known = await checkpointsOf(workspace, checkpoint.plan_id);
    assertNameFree(known, name, checkpoint.checkpoint_id);
    if (checkpoint.name === name) return { checkpoint };
    return { checkpoint: await rename(workspace, checkpoint, name) };
  });
}
