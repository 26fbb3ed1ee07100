import { nextId } from '../core/ids.js';
import { assertOpen } from '../plan/guards.js';
import { newPlan } from '../plan/new-plan.js';
import { withSettings } from '../plan/settings.js';
import { completeStep } from '../plan/step.js';
import type { Plan } from '../plan/types.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import type { CheckpointCreateData } from './data.js';
import { createData } from './describe-checkpoint.js';
import { findMeantPlan } from './select.js';
import type { Session } from './session.js';
import { contextWith } from './set-plan.js';
import { takeCheckpoint } from './take-checkpoint.js';
import type { CheckpointCreateOptions } from './types.js';

/** The plan as it is to be when the checkpoint is taken. */
function planToBe(plan: Plan, options: CheckpointCreateOptions, now: number): Plan {
  const { phase, state, step } = options;
  const set = withSettings(plan, { phase, context: contextWith(undefined, state) });
  return step === undefined ? set : completeStep(set, step, { status: 'done', at: now });
}

/** The plan of checkpoints that nobody named a plan for; it has no reversion limit. */
function unnamedPlan(workspace: RollbackWorkspace): Plan {
  const now = workspace.clock.now();
  return newPlan({ id: nextId(now), now, maxReversions: null });
}

/**
 * Takes a checkpoint. Without a plan named it is the current one's; when there is none, one is
 * made, and a repository too.
 */
export async function createCheckpoint(
  session: Session,
  options: CheckpointCreateOptions,
): Promise<CheckpointCreateData> {
  const startedAt = performance.now();
  await session.ensureRepository(options.force ?? false);
  return session.locked(async (workspace) => {
    const { stateDir, clock } = workspace;
    const before = findMeantPlan(stateDir, options.plan);
    const plan = before ?? unnamedPlan(workspace);
    assertOpen(plan);
    const taken = await takeCheckpoint(workspace, before, planToBe(plan, options, clock.now()), {
      kind: options.kind ?? 'manual',
      reason: options.reason ?? null,
      name: options.name ?? null,
      source: options.source ?? null,
      always: options.always ?? false,
      includeIgnored: options.includeIgnored ?? false,
      step: options.step,
      signal: options.signal,
      onProgress: options.onProgress,
    });
    return createData(taken, startedAt);
  }, options);
}
