import { createHash } from 'node:crypto';
import { LIMITS } from '../core/limits.js';
import { listOf, object, type Check } from './check.js';
import { checkedAsState, stateDamaged } from './damage.js';
import { formatJson, parseJson } from './json-file.js';
import { migratePlan } from './migrate.js';
import { checkPlan } from './schema.js';
import type { JsonObject, Plan } from './types.js';

/**
 * What a checkpoint's sidecar holds as `plan.json`: the whole plan at that moment, and the plans
 * below it, whose files are in the same worktree and go back with it.
 */
export interface PlanState extends Plan {
  subplans: Plan[];
}

/** The plans below `planId` at any depth, in the order given; a cycle of parents ends at once. */
export function subplansOf(planId: string, plans: readonly Plan[]): Plan[] {
  const family = new Set([planId]);
  // A set visits what is added to it during the loop.
  for (const parent of family) {
    for (const plan of plans) {
      if (plan.parent_plan_id === parent) family.add(plan.plan_id);
    }
  }
  family.delete(planId);
  return plans.filter((plan) => family.has(plan.plan_id));
}

/** The state of `plan` now. `plans` are all plans of the workspace. */
export function planState(plan: Plan, plans: readonly Plan[]): PlanState {
  return { ...plan, subplans: subplansOf(plan.plan_id, plans) };
}

/** @throws {PitonError} `USAGE` when it has become too large. */
export function formatPlanState(state: PlanState): Buffer {
  return formatJson(state, LIMITS.planFileBytes);
}

/**
 * The state in the bytes of a sidecar's `plan.json`, of this version or an older one.
 * `where` names it in errors.
 * @throws {PitonError} `STATE_DAMAGED`, or `UNSUPPORTED_FORMAT` when a newer piton wrote it.
 */
export function parsePlanState(bytes: Uint8Array, where: string): PlanState {
  if (bytes.length > LIMITS.planFileBytes) throw stateDamaged(where, 'too large');
  const value = parseJson(bytes, where);
  const toPlan: Check<Plan> = (one) => checkPlan(migratePlan(one, where));
  return checkedAsState(where, () => {
    const { subplans = [], ...plan } = object(value, 'plan state');
    return { ...toPlan(plan, ''), subplans: listOf(toPlan)(subplans, 'subplans') };
  });
}

function without(value: object, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

/** `forked_from` never changes. */
const CONSTANT_OR_BOOKKEEPING = ['last_checkpoint_id', 'updated_at', 'rollbacks', 'forked_from'];

/** The plan but for what changes without its getting anywhere: see `stateDigest`. */
function withoutBookkeeping(plan: Plan): JsonObject {
  const steps = plan.steps.map((step) => without(step, ['at', 'checkpoint_id']));
  return { ...without(plan, CONSTANT_OR_BOOKKEEPING), steps };
}

/** Keys sorted at every depth, so that equal values have equal text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    const sorted = Object.entries(member).sort(([left], [right]) => (left < right ? -1 : 1));
    return Object.fromEntries(sorted);
  });
}

/**
 * A SHA-256 (hex) that is equal for equal plan states, whatever the order of their keys. Taking a
 * checkpoint must not change it, or every checkpoint would call for the next one: so it leaves out
 * `last_checkpoint_id`, `updated_at`, `forked_from`, the undo and redo stacks, and of each step the
 * time and the checkpoint.
 */
export function stateDigest(state: PlanState): string {
  const digested = {
    ...withoutBookkeeping(state),
    subplans: state.subplans.map(withoutBookkeeping),
  };
  return createHash('sha256').update(canonicalJson(digested)).digest('hex');
}
