import type { JsonPath } from '../core/byte-path.js';
import { addArtifacts as withArtifacts, findDecision, markDone } from '../plan/decision.js';
import { assertOpen } from '../plan/guards.js';
import type { Plan } from '../plan/types.js';
import { changePlan } from './change-plan.js';
import type { NamedDecisionData } from './data.js';
import type { Session } from './session.js';
import { workspacePaths } from './workspace-paths.js';

async function changeDecision(
  session: Session,
  plan: string | undefined,
  selector: string,
  change: (plan: Plan) => Plan,
): Promise<NamedDecisionData> {
  return session.locked((workspace) => {
    const after = changePlan(workspace, plan, (before) => {
      assertOpen(before);
      return change(before);
    });
    return Promise.resolve({ decision: findDecision(after, selector) });
  });
}

/** Records files and folders that a decision produces; they need not be there yet. */
export async function addArtifacts(
  session: Session,
  plan: string | undefined,
  selector: string,
  paths: readonly JsonPath[],
): Promise<NamedDecisionData> {
  const artifacts = workspacePaths(paths) ?? [];
  return changeDecision(session, plan, selector, (before) =>
    withArtifacts(before, selector, artifacts),
  );
}

/** Records that a decision has been carried out. */
export async function completeDecision(
  session: Session,
  plan: string | undefined,
  selector: string,
): Promise<NamedDecisionData> {
  return changeDecision(session, plan, selector, (before) => markDone(before, selector));
}
