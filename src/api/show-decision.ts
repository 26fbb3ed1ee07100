import { findDecision } from '../plan/decision.js';
import type { NamedDecisionData } from './data.js';
import { meantPlan } from './select.js';
import type { Session } from './session.js';

/** One decision of a plan. */
export async function showDecision(
  session: Session,
  plan: string | undefined,
  selector: string,
): Promise<NamedDecisionData> {
  return session.reading(({ stateDir }) =>
    Promise.resolve({ decision: findDecision(meantPlan(stateDir, plan), selector) }),
  );
}
