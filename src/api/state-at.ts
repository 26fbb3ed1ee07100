import type { Checkpoint } from '../checkpoint/metadata.js';
import { Sidecar } from '../checkpoint/sidecar.js';
import { parsePlanState, type PlanState } from '../plan/plan-state.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';

/** The plan as it was when a checkpoint of it was taken. */
export async function planStateAt(
  { refs, objects }: RollbackWorkspace,
  checkpoint: Checkpoint,
): Promise<PlanState> {
  const sidecar = await Sidecar.open(checkpoint, refs, objects);
  return parsePlanState(await sidecar.readPlanState(), `plan.json of ${checkpoint.checkpoint_id}`);
}
