import type { DecisionListData } from './data.js';
import { meantPlan } from './select.js';
import type { Session } from './session.js';

/** The decisions of a plan, oldest first. */
export async function listDecisions(
  session: Session,
  plan: string | undefined,
): Promise<DecisionListData> {
  return session.reading(({ stateDir }) =>
    Promise.resolve({ decisions: meantPlan(stateDir, plan).decisions }),
  );
}
