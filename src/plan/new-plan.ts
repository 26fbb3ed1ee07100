import { isoTime } from '../core/clock.js';
import { DEFAULTS } from '../core/limits.js';
import { SCHEMA_VERSION } from './schema.js';
import { withSettings, type PlanSettings } from './settings.js';
import type { Plan } from './types.js';

export interface NewPlanOptions extends PlanSettings {
  id: string;
  /** Milliseconds since the Unix epoch. */
  now: number;
  parentPlanId?: string | undefined;
}

/**
 * A plan that has not begun. Whether its name is free is `assertPlanName`'s to say.
 * @throws {PitonError} `USAGE` for a setting that a plan cannot hold.
 */
export function newPlan({ id, now, parentPlanId, ...settings }: NewPlanOptions): Plan {
  const plan: Plan = {
    schema_version: SCHEMA_VERSION,
    plan_id: id,
    name: null,
    parent_plan_id: parentPlanId ?? null,
    forked_from: null,
    status: 'active',
    phase: 'execute',
    reversion_count: 0,
    max_reversions: DEFAULTS.maxReversions,
    last_completed_step: -1,
    last_checkpoint_id: null,
    checkpoint_every_steps: null,
    checkpoint_every_seconds: null,
    retention: null,
    steps: [],
    decisions: [],
    corrections: [],
    rollbacks: { undo: [], redo: [] },
    context: {},
    outputs: {},
    created_at: isoTime(now),
    updated_at: isoTime(now),
  };
  return withSettings(plan, settings);
}
