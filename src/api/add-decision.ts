import { nextId } from '../core/ids.js';
import { addDecision as withDecision, findDecision, type NewDecision } from '../plan/decision.js';
import { assertOpen } from '../plan/guards.js';
import type { DecisionAddData } from './data.js';
import { notCapturedData } from './describe-checkpoint.js';
import { meantPlan } from './select.js';
import type { Session } from './session.js';
import { takeCheckpoint } from './take-checkpoint.js';
import type { DecisionOptions } from './types.js';
import { workspacePaths } from './workspace-paths.js';

/**
 * Records a decision, with the checkpoint of what is before it. When nothing has changed since the
 * plan's latest checkpoint, that one holds it already. Both are there in the end or neither is,
 * after a kill too.
 * @throws {PitonError} `USAGE`; `PLAN_NOT_FOUND`, `PLAN_CLOSED`; `DECISION_NOT_FOUND` when the
 * parent is unknown; as `createCheckpoint`.
 */
export async function addDecision(
  session: Session,
  selector: string | undefined,
  options: DecisionOptions,
): Promise<DecisionAddData> {
  const { artifacts, signal, onProgress, ...about } = options;
  const paths = workspacePaths(artifacts) ?? [];
  return session.locked(async (workspace) => {
    const { stateDir, clock } = workspace;
    const before = meantPlan(stateDir, selector);
    assertOpen(before);
    const now = clock.now();
    const id = nextId(now, before.decisions.at(-1)?.decision_id);
    const given: Omit<NewDecision, 'checkpointId'> = { ...about, id, artifacts: paths, now };
    // What is wrong with it is told before any checkpoint is taken; the id only fills its place.
    withDecision(before, { ...given, checkpointId: id });
    const taken = await takeCheckpoint(workspace, before, before, {
      kind: 'pre_decision',
      reason: `before deciding: ${options.question}`,
      name: null,
      source: null,
      always: false,
      includeIgnored: false,
      thenPlan: (plan, checkpointId) => withDecision(plan, { ...given, checkpointId }),
      signal,
      onProgress,
    });
    return {
      decision: findDecision(taken.plan, id),
      checkpoint: taken.checkpoint,
      created: taken.created,
      not_captured: notCapturedData(taken.look.scan.notCaptured),
    };
  }, options);
}
