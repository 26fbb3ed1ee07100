import { assertJson, integer, nullable, object, positive } from './check.js';
import { checkedAsArgument } from './damage.js';
import { phaseName, planName, retentionPolicy } from './schema.js';
import type { JsonObject, Plan, RetentionPolicy } from './types.js';

/**
 * A policy that a user gave.
 * @throws {PitonError} `USAGE` when it is none.
 */
export function givenPolicy(policy: RetentionPolicy): RetentionPolicy {
  return checkedAsArgument(() => retentionPolicy(policy, 'retention'));
}

/** What a user may set; undefined leaves it as it is. */
export interface PlanSettings {
  /** `assertPlanName` says whether it is free. */
  name?: string | null | undefined;
  phase?: string | undefined;
  /** null: no limit. */
  maxReversions?: number | null | undefined;
  everySteps?: number | null | undefined;
  everySeconds?: number | null | undefined;
  retention?: RetentionPolicy | null | undefined;
  /** Merged into the plan's, key by key. */
  context?: JsonObject | undefined;
  outputs?: JsonObject | undefined;
}

/**
 * `base` with the keys of `added`, which win.
 * @throws {PitonError} `USAGE` when `added` is not a JSON object within the plan's bounds.
 */
export function merged(base: JsonObject, added: JsonObject, what: string): JsonObject {
  return checkedAsArgument(() => {
    // One deep already: it becomes a field of the plan.
    assertJson(added, what, 1);
    return { ...base, ...object(added, what) };
  });
}

function orKept<T>(value: T | undefined, kept: T, check: (value: T) => T): T {
  return value === undefined ? kept : checkedAsArgument(() => check(value));
}

/**
 * The plan with these settings.
 * @throws {PitonError} `USAGE` for a value that the plan cannot hold.
 */
export function withSettings(plan: Plan, settings: PlanSettings): Plan {
  const { name, phase, maxReversions, everySteps, everySeconds, retention } = settings;
  return {
    ...plan,
    name: orKept(name, plan.name, (value) => nullable(planName)(value, 'name')),
    phase: orKept(phase, plan.phase, (value) => phaseName(value, 'phase')),
    max_reversions: orKept(maxReversions, plan.max_reversions, (value) =>
      nullable(integer(0))(value, 'max reversions'),
    ),
    checkpoint_every_steps: orKept(everySteps, plan.checkpoint_every_steps, (value) =>
      nullable(integer(1))(value, 'every steps'),
    ),
    checkpoint_every_seconds: orKept(everySeconds, plan.checkpoint_every_seconds, (value) =>
      nullable(positive)(value, 'every seconds'),
    ),
    retention: orKept(retention, plan.retention, (value) =>
      nullable(retentionPolicy)(value, 'retention'),
    ),
    context: merged(plan.context, settings.context ?? {}, 'context'),
    outputs: merged(plan.outputs, settings.outputs ?? {}, 'outputs'),
  };
}
