import { listCheckpointRefs } from '../checkpoint/list.js';
import { parseCheckpointRef } from '../checkpoint/ref-names.js';
import { listPlans } from '../plan/plan-file.js';
import { proposePrune } from '../retention/propose.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import type { PruneData } from './data.js';
import { policyWith } from './policy-with.js';
import { carryOutPrune } from './retain.js';
import { meantPlan } from './select.js';
import type { Session } from './session.js';
import type { PruneOptions } from './types.js';

async function pruneIn(
  workspace: RollbackWorkspace,
  { plan: selector, dryRun = false, ...given }: PruneOptions,
): Promise<PruneData> {
  const { stateDir, refs, objects, clock } = workspace;
  const plan = meantPlan(stateDir, selector);
  const { plans, damaged } = listPlans(stateDir);
  const [unknown] = damaged;
  // It could be a plan above, whose undo needs checkpoints of this one.
  if (unknown !== undefined) throw unknown.error;
  const proposal = await proposePrune({
    ...{ plan, plans, objects, now: clock.now(), isThorough: true },
    refs: await listCheckpointRefs(refs, plan.plan_id),
    policy: policyWith(plan, given),
  });
  if (!dryRun) await carryOutPrune(workspace, plan.plan_id, proposal);
  return {
    pruned: proposal.pruned.flatMap(({ name }) => parseCheckpointRef(name)?.checkpointId ?? []),
    kept: proposal.kept.map(({ checkpointId, reasons }) => {
      return { checkpoint_id: checkpointId, reasons };
    }),
    dry_run: dryRun,
  };
}

/**
 * Deletes those of a plan's checkpoints that its policy does not keep; objects go with git's own
 * garbage collection. A dry run changes nothing and takes no lock.
 */
export async function prune(session: Session, options: PruneOptions): Promise<PruneData> {
  if (options.dryRun === true) return session.reading((workspace) => pruneIn(workspace, options));
  return session.locked((workspace) => pruneIn(workspace, options));
}
