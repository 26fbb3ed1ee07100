import fc from 'fast-check';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PitonError } from '../../src/core/errors.js';
import { newPlan } from '../../src/plan/new-plan.js';
import { planFilePath } from '../../src/plan/plan-file.js';
import { planState, type PlanState } from '../../src/plan/plan-state.js';
import type { Plan } from '../../src/plan/types.js';
import { tempDirectory } from '../helpers/temp.js';

export const NOW = Date.UTC(2025, 0, 2, 3, 4, 5);
export const ID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

/** Different ids that sort by `number`. */
export function idOf(number: number): string {
  return `01ARZ3NDEKTSV4RRFF${number.toString().padStart(8, '0')}`;
}

export function samplePlan(fields: Partial<Plan> = {}): Plan {
  return { ...newPlan({ id: ID, now: NOW }), ...fields };
}

export function sampleState(fields: Partial<Plan> = {}, plans: readonly Plan[] = []): PlanState {
  return planState(samplePlan(fields), plans);
}

/** The PitonError that `action` throws; anything else fails the test. */
export function refusalOf(action: () => unknown): PitonError {
  try {
    action();
  } catch (error) {
    if (error instanceof PitonError) return error;
    throw error;
  }
  throw new Error('expected a PitonError');
}

const FIXTURES = resolve(import.meta.dirname, '../../../../fixtures/plans');

export function fixtureText(name: string): string {
  return readFileSync(join(FIXTURES, name), 'utf8');
}

/** The path of a plan's file in a new state directory that has its folder. */
export function planPathIn(stateDir: string, id = ID): string {
  mkdirSync(join(stateDir, 'plans'), { recursive: true });
  return join(stateDir, planFilePath(id));
}

/** A state directory whose plan file holds exactly this. */
export function stateDirWith(contents: string | Uint8Array): string {
  const stateDir = tempDirectory();
  writeFileSync(planPathIn(stateDir), contents);
  return stateDir;
}

const ids = fc.integer({ min: 0, max: 99_999_999 }).map(idOf);
const times = fc.integer({ min: 0, max: 4e12 }).map((time) => new Date(time).toISOString());
const idOrNull = fc.option(ids);
const counts = fc.maxSafeNat();
const jsonKeys = fc.string().filter((key) => key !== '__proto__');
const jsonObjects = fc.dictionary(
  jsonKeys,
  fc.oneof(
    fc.string(),
    fc.double({ noDefaultInfinity: true, noNaN: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.dictionary(jsonKeys, fc.integer(), { maxKeys: 2 }), { maxLength: 2 }),
  ),
  { maxKeys: 4 },
);

const rollbackEntries = fc.array(
  fc.record({
    from_checkpoint_id: ids,
    to_checkpoint_id: ids,
    last_checkpoint_id: idOrNull,
    keeps: fc.array(ids, { maxLength: 2 }),
    correction_id: idOrNull,
    head_moved: fc.boolean(),
    moved_branch: fc.option(
      fc.record({
        ref: fc.string(),
        before: fc.option(fc.string()),
        after: fc.option(fc.string()),
      }),
    ),
    paths: fc.option(fc.array(fc.constantFrom('a/b', { base64: '/w==' }))),
    at: times,
  }),
  { maxLength: 3 },
);

const steps = fc.array(
  fc.record({
    step: counts,
    status: fc.constantFrom('done' as const, 'failed' as const, 'interrupted' as const),
    output: jsonObjects,
    at: times,
    checkpoint_id: idOrNull,
  }),
  { maxLength: 3 },
);

const decisions = fc.uniqueArray(
  fc.record({
    decision_id: ids,
    parent_id: fc.constant(null),
    question: fc.string(),
    choice: fc.string(),
    rationale: fc.option(fc.string()),
    step: counts,
    checkpoint_id: idOrNull,
    status: fc.constantFrom('active' as const, 'done' as const, 'reverted' as const),
    artifacts: fc.array(fc.constantFrom('a/b', 'ä', { base64: '/w==' })),
    created_at: times,
  }),
  { maxLength: 3, selector: (one) => one.decision_id },
);

/** Any plan that can be written, now and then with a key that is not ours. */
export const anyPlan: fc.Arbitrary<Plan> = fc
  .record({
    last_completed_step: fc.integer({ min: -1 }),
    reversion_count: counts,
    max_reversions: fc.option(counts),
    last_checkpoint_id: idOrNull,
    parent_plan_id: idOrNull,
    status: fc.constantFrom(
      'active' as const,
      'applied' as const,
      'abandoned' as const,
      'reverted' as const,
    ),
    phase: fc.constantFrom('execute', 'verify ✓'),
    name: fc.option(fc.constantFrom('swap parser', '名前', '__proto__', 'constructor')),
    checkpoint_every_steps: fc.option(fc.integer({ min: 1 })),
    checkpoint_every_seconds: fc.option(fc.integer({ min: 1 }).map((value) => value / 8)),
    retention: fc.option(
      fc.record({
        keep_last: counts,
        keep_within_seconds: counts,
        keep_hourly: counts,
        keep_daily: counts,
      }),
    ),
    steps,
    decisions,
    rollbacks: fc.record({ undo: rollbackEntries, redo: rollbackEntries }),
    context: jsonObjects,
    outputs: jsonObjects,
    created_at: times,
    updated_at: times,
  })
  .chain((fields) =>
    fc
      .option(jsonObjects)
      .map((other) => samplePlan({ ...fields, ...(other === null ? {} : { added_later: other }) })),
  );
