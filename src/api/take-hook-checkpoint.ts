import type { Checkpoint } from '../checkpoint/metadata.js';
import { nextId } from '../core/ids.js';
import type { HookCall } from '../hooks/call.js';
import {
  isHookPlan,
  planOfSession,
  sessionContext,
  sessionPlanName,
  stepOfTurn,
  withEndedTurn,
} from '../hooks/session-plan.js';
import { newPlan } from '../plan/new-plan.js';
import { createPlanFile, listPlans } from '../plan/plan-file.js';
import { completeStep } from '../plan/step.js';
import type { Plan } from '../plan/types.js';
import { readWorkspaceFile, writeCurrentPlan } from '../plan/workspace-file.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { findPlan } from './put-plan.js';
import { takeCheckpoint, type TakeOptions } from './take-checkpoint.js';

export interface HookCheckpoint {
  created: boolean;
  checkpoint: Checkpoint;
  plan: Plan;
}

/**
 * Takes the checkpoint that a call of a hook asks for. An agent's session has a plan of its own, in
 * which each of its turns is a step; git's hooks work on the current plan. The caller holds the
 * lock.
 */
export async function takeHookCheckpoint(
  workspace: RollbackWorkspace,
  call: HookCall,
  signal: AbortSignal,
): Promise<HookCheckpoint> {
  const { stateDir, clock, durability } = workspace;
  const currentId = readWorkspaceFile(stateDir).current_plan_id;
  const current = currentId === null ? null : findPlan(stateDir, currentId);
  const before = meantPlan(workspace, call, current);
  const options: TakeOptions = {
    ...{ kind: 'hook', reason: call.reason, name: null, source: call.host },
    ...{ always: false, includeIgnored: false, signal },
  };
  const isTurnOver = call.moment === 'turn_end';
  const step = isTurnOver ? stepOfTurn(before, call) : undefined;
  const taken = await takeCheckpoint(
    workspace,
    before,
    step === undefined ? before : planAfterTurn(before, step, call, clock.now()),
    { ...options, step },
  );
  // A plan that somebody chose stays the current one.
  const isFree = current === null || isHookPlan(current);
  if (isFree && taken.plan.plan_id !== currentId) {
    writeCurrentPlan(stateDir, taken.plan.plan_id, durability);
  }
  return taken;
}

function planAfterTurn(plan: Plan, step: number, call: HookCall, now: number): Plan {
  return withEndedTurn(completeStep(plan, step, { status: call.status, at: now }), call);
}

function meantPlan(workspace: RollbackWorkspace, call: HookCall, current: Plan | null): Plan {
  if (call.host === 'git' && current?.status === 'active') return current;
  const { stateDir, clock, durability } = workspace;
  const { plans } = listPlans(stateDir);
  const known = planOfSession(call, plans);
  if (known !== null) return known;
  const now = clock.now();
  const plan = newPlan({
    id: nextId(now, plans.at(-1)?.plan_id),
    now,
    name: sessionPlanName(call, plans),
    maxReversions: null,
    context: sessionContext(call),
  });
  createPlanFile(stateDir, plan, durability);
  return plan;
}
