import { pathFromJson, pathToJson, type JsonPath } from '../core/byte-path.js';
import { DEFAULTS, LIMITS } from '../core/limits.js';
import {
  anyText,
  assertJson,
  id,
  integer,
  isoText,
  line,
  listOf,
  nullable,
  object,
  oneOf,
  positive,
  record,
  SchemaProblem,
  type Check,
  type Field,
  trueOrFalse,
} from './check.js';
import type {
  Correction,
  Decision,
  ForkedFrom,
  JsonObject,
  Plan,
  RetentionPolicy,
  MovedBranch,
  RollbackEntry,
  Rollbacks,
  StepRecord,
} from './types.js';

/** The version that this piton writes. Older ones are migrated, newer ones refused. */
export const SCHEMA_VERSION = 2;

export const planName = line(LIMITS.planNameCharacters);
export const phaseName = line(LIMITS.phaseCharacters);
const stepNumber = integer(0);
const count = integer(0);

function needed<T>(check: Check<T>): Field<T> {
  return { check };
}

function orElse<T>(fallback: T, check: Check<T>): Field<T> {
  return { check, fallback: () => fallback };
}

function orNull<T>(check: Check<T>): Field<T | null> {
  return orElse<T | null>(null, nullable(check));
}

function orEmptyList<T>(check: Check<T>): Field<T[]> {
  return { check: listOf(check), fallback: () => [] };
}

const orEmptyObject: Field<JsonObject> = { check: object, fallback: () => ({}) };

/** One form a path only, so that two spellings of it are equal; no NUL, not the root. */
export const artifactPath: Check<JsonPath> = (value, at) => {
  const form = typeof value === 'object' ? object(value, at)['base64'] : value;
  const path = typeof form === 'string' ? pathFromJson(value) : '';
  if (path === '' || path.length > LIMITS.pathBytes || path.includes('\0')) {
    throw new SchemaProblem(`${at}: expected a path`);
  }
  return pathToJson(path);
};

const stepRecord = record<StepRecord>({
  step: needed(stepNumber),
  status: needed(oneOf('done', 'failed', 'interrupted')),
  output: orEmptyObject,
  at: needed(isoText),
  checkpoint_id: orNull(id),
});

const decision = record<Decision>({
  decision_id: needed(id),
  parent_id: orNull(id),
  question: needed(anyText),
  choice: needed(anyText),
  rationale: orNull(anyText),
  step: needed(stepNumber),
  checkpoint_id: orNull(id),
  status: orElse('active', oneOf('active', 'done', 'reverted')),
  artifacts: orEmptyList(artifactPath),
  created_at: needed(isoText),
});

/**
 * Ids are unique and a parent stands before its children, so that walking the tree always ends.
 * A parent may be absent: a rollback can have taken it away.
 */
const decisions: Check<Decision[]> = (value, at) => {
  const list = listOf(decision)(value, at);
  const places = new Map(list.map((one, place) => [one.decision_id, place]));
  list.forEach((one, place) => {
    if (places.get(one.decision_id) !== place) throw new SchemaProblem(`${at}: an id twice`);
    const parent = one.parent_id === null ? undefined : places.get(one.parent_id);
    if (parent !== undefined && parent >= place) {
      throw new SchemaProblem(`${at}[${place}]: stands before its parent`);
    }
  });
  return list;
};

const correction = record<Correction>({
  correction_id: needed(id),
  decision_id: needed(id),
  mode: needed(oneOf('revert', 'append')),
  reason: needed(anyText),
  guidance: orNull(anyText),
  affected: orEmptyList(id),
  checkpoint_id: orNull(id),
  safety_checkpoint_id: orNull(id),
  archive: orNull(line(LIMITS.pathBytes)),
  status: orElse('applied', oneOf('applied', 'undone')),
  created_at: needed(isoText),
});

export const retentionPolicy = record<RetentionPolicy>({
  keep_last: needed(count),
  keep_within_seconds: needed(count),
  keep_hourly: needed(count),
  keep_daily: needed(count),
});

const movedBranch = record<MovedBranch>({
  ref: needed(anyText),
  before: orNull(anyText),
  after: orNull(anyText),
});

const rollbackEntry = record<RollbackEntry>({
  from_checkpoint_id: needed(id),
  to_checkpoint_id: needed(id),
  last_checkpoint_id: orNull(id),
  keeps: orEmptyList(id),
  correction_id: orNull(id),
  head_moved: orElse(false, trueOrFalse),
  moved_branch: orNull(movedBranch),
  paths: orNull(listOf(artifactPath)),
  at: needed(isoText),
});

const rollbacks = record<Rollbacks>({
  undo: orEmptyList(rollbackEntry),
  redo: orEmptyList(rollbackEntry),
});

const forkedFrom = record<ForkedFrom>({ plan_id: needed(id), checkpoint_id: needed(id) });

const schemaVersion: Check<number> = (value, at) => {
  if (value === SCHEMA_VERSION) return SCHEMA_VERSION;
  throw new SchemaProblem(`${at}: expected ${SCHEMA_VERSION}`);
};

const PLAN_FIELDS: { [K in keyof Plan]: Field<Plan[K]> } = {
  schema_version: needed(schemaVersion),
  plan_id: needed(id),
  name: orNull(planName),
  parent_plan_id: orNull(id),
  forked_from: orNull(forkedFrom),
  status: orElse('active', oneOf('active', 'applied', 'abandoned', 'reverted')),
  phase: orElse('execute', phaseName),
  reversion_count: orElse(0, count),
  max_reversions: orElse<number | null>(DEFAULTS.maxReversions, nullable(count)),
  last_completed_step: orElse(-1, integer(-1)),
  last_checkpoint_id: orNull(id),
  checkpoint_every_steps: orNull(integer(1)),
  checkpoint_every_seconds: orNull(positive),
  retention: orNull(retentionPolicy),
  steps: orEmptyList(stepRecord),
  decisions: { check: decisions, fallback: () => [] },
  corrections: orEmptyList(correction),
  rollbacks: { check: rollbacks, fallback: () => ({ undo: [], redo: [] }) },
  context: orEmptyObject,
  outputs: orEmptyObject,
  created_at: needed(isoText),
  updated_at: needed(isoText),
};

const planRecord = record<Plan>(PLAN_FIELDS);

/**
 * A value of the current version as a plan: every field checked or, when missing, its default;
 * `schema_version` first, keys that are not ours last.
 * @throws {SchemaProblem} with what is wrong and where.
 */
export function checkPlan(value: unknown): Plan {
  assertJson(value, 'plan');
  return planRecord(value, '');
}

/**
 * As `checkPlan`, but no field may be missing: filling in a default on the way to disk would hide
 * an update that forgot one.
 * @throws {SchemaProblem}
 */
export function checkWholePlan(plan: Plan): Plan {
  const missing = Object.keys(PLAN_FIELDS).filter((key) => !Object.hasOwn(plan, key));
  if (missing.length > 0) throw new SchemaProblem(`missing: ${missing.join(', ')}`);
  return checkPlan(plan);
}
