import { LowSync, type SyncAdapter } from 'lowdb';
import { asBytePath } from '../core/byte-path.js';
import { isoTime, type Clock } from '../core/clock.js';
import { PitonError, toPitonError } from '../core/errors.js';
import { isId } from '../core/ids.js';
import { LIMITS } from '../core/limits.js';
import type { Durability } from '../core/types.js';
import { checkedAs, checkedAsState, stateDamaged } from './damage.js';
import { formatJson, parseJson } from './json-file.js';
import { migratePlan } from './migrate.js';
import { checkPlan, checkWholePlan } from './schema.js';
import { inFolder, pathOfPlace, stateFile, type Format, type Place } from './state-file.js';
import type { Plan } from './types.js';

const FOLDER = 'plans';
const SUFFIX = '.json';

/** Where a plan's file is. */
export function placeOf(stateDir: string, planId: string): Place {
  return { stateDir, folder: FOLDER, name: `${planId}${SUFFIX}` };
}

/** Where a plan's file is, relative to the state directory. */
export function planFilePath(planId: string): string {
  return `${FOLDER}/${planId}${SUFFIX}`;
}

function parsePlan(bytes: Uint8Array, path: string): Plan {
  const value = parseJson(bytes, path);
  return checkedAsState(path, () => checkPlan(migratePlan(value, path)));
}

/**
 * The bytes of the plan's file: every field, `schema_version` first.
 * @throws {PitonError} `INTERNAL` when it lacks a field or one is not what it should be; `USAGE`
 * when it has become too large.
 */
export function formatPlan(plan: Plan): Buffer {
  const whole = checkedAs(
    (problem) => defect(`a plan was about to be written wrong: ${problem}`),
    () => checkWholePlan(plan),
  );
  return formatJson(whole, LIMITS.planFileBytes);
}

function defect(message: string): PitonError {
  return new PitonError('INTERNAL', message, {
    hint: 'this is a defect in piton; please report it with the command that led to it',
  });
}

const FORMAT: Format<Plan> = {
  maxBytes: LIMITS.planFileBytes,
  parse: parsePlan,
  format: formatPlan,
};

type Database = LowSync<Plan | null>;

/**
 * The plan's file as it is now; null data when there is none. An instance serves one operation:
 * after a failed write its memory is ahead of the disk.
 */
function opened(stateDir: string, planId: string, durability: Durability): Database {
  const place = placeOf(stateDir, planId);
  // lowdb writes no null, so the adapter need not take one.
  const adapter = stateFile(place, FORMAT, durability) as SyncAdapter<Plan | null>;
  const database: Database = new LowSync<Plan | null>(adapter, null);
  database.read();
  if (database.data !== null && database.data.plan_id !== planId) {
    throw stateDamaged(pathOfPlace(place), `it holds the plan ${database.data.plan_id}`);
  }
  return database;
}

function notFound(planId: string): PitonError {
  return new PitonError('PLAN_NOT_FOUND', `there is no plan ${JSON.stringify(planId)}`, {
    hint: "'piton plan list' shows them",
    details: { plan: planId },
  });
}

/**
 * @param planId a whole id, as `resolvePlan` gives it; nothing else can be a file's name.
 * @throws {PitonError} `PLAN_NOT_FOUND`; `STATE_DAMAGED`; `UNSUPPORTED_FORMAT` when a newer piton
 * wrote it; `UNSAFE_PATH` when the folder of the plans is a link.
 */
export function readPlan(stateDir: string, planId: string): Plan {
  const plan = isId(planId) ? opened(stateDir, planId, 'fast').data : null;
  if (plan === null) throw notFound(planId);
  return plan;
}

/**
 * Writes a new plan's file. The caller holds the workspace lock.
 * @throws {PitonError} `INTERNAL` when there is a file of that id; `WORKSPACE_MISSING`.
 */
export function createPlanFile(stateDir: string, plan: Plan, durability: Durability): void {
  const database = opened(stateDir, plan.plan_id, durability);
  if (database.data !== null) throw defect(`the plan ${plan.plan_id} exists already`);
  database.data = plan;
  database.write();
}

export interface UpdateOptions {
  clock: Clock;
  durability: Durability;
}

/**
 * Reads the plan anew, writes what `change` makes of it with the time of the update, and gives that
 * back. `change` is pure. The caller holds the workspace lock.
 * @throws {PitonError} as `readPlan`; whatever `change` throws, with nothing written; `INTERNAL`
 * when the change loses a field, lowers `reversion_count` or is of another plan; `USAGE` when the
 * plan has become too large; system errors of the write, which leaves the old file.
 */
export function updatePlan(
  stateDir: string,
  planId: string,
  change: (plan: Plan) => Plan,
  { clock, durability }: UpdateOptions,
): Plan {
  if (!isId(planId)) throw notFound(planId);
  const database = opened(stateDir, planId, durability);
  const before = database.data;
  if (before === null) throw notFound(planId);
  const after = { ...change(before), updated_at: isoTime(clock.now()) };
  if (after.plan_id !== planId) throw defect('an update is of another plan');
  if (after.reversion_count < before.reversion_count) {
    throw defect(`an update would lower reversion_count of the plan ${planId}`);
  }
  database.data = after;
  database.write();
  return after;
}

/**
 * Writes the plan that a journal carries. Recovery may come here again and again, and finds
 * the file as before, as after, or damaged: all are replaced, but for one that has been rolled back
 * since.
 * The caller holds the workspace lock.
 * @throws {PitonError} `STATE_DAMAGED` when what the journal carries is not this plan;
 * `UNSUPPORTED_FORMAT` when a newer piton wrote either; `INTERNAL` as `updatePlan`.
 */
export function replacePlan(
  stateDir: string,
  planId: string,
  planAfter: unknown,
  durability: Durability,
): void {
  const after = checkedAsState('journal', () => checkPlan(migratePlan(planAfter, 'journal')));
  if (after.plan_id !== planId) throw stateDamaged('journal', 'it carries another plan');
  const file = stateFile(placeOf(stateDir, planId), FORMAT, durability);
  const database = new LowSync(file, after);
  unlessDamaged(() => {
    database.read();
  });
  const { plan_id, reversion_count } = database.data;
  if (plan_id === planId && reversion_count > after.reversion_count) return;
  database.data = after;
  database.write();
}

function unlessDamaged(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof PitonError && error.code === 'STATE_DAMAGED')) throw error;
  }
}

/** Removes a plan's file, damaged or not; again is harmless. The caller holds the lock. */
export function deletePlanFile(stateDir: string, planId: string, durability: Durability): void {
  const place = placeOf(stateDir, planId);
  inFolder(place, (directory) => {
    directory.unlink(asBytePath(place.name));
    if (durability === 'full') directory.sync();
  });
}

export interface PlanList {
  /** The oldest first. */
  plans: Plan[];
  damaged: { plan_id: string; error: PitonError }[];
}

/**
 * All plans. One that cannot be read is told of and hides no other.
 * @throws {PitonError} `UNSAFE_PATH` when the folder of the plans is a link.
 */
export function listPlans(stateDir: string): PlanList {
  return readPlans(stateDir, planIdsIn(stateDir));
}

/**
 * The ids of all plans that have a file, the oldest first.
 * @throws {PitonError} `UNSAFE_PATH` when the folder of the plans is a link.
 */
export function planIdsIn(stateDir: string): string[] {
  const names = inFolder({ stateDir, folder: FOLDER }, (directory) => directory.readdir()) ?? [];
  return names
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => name.slice(0, -SUFFIX.length))
    .filter(isId)
    .sort();
}

/** These plans, in the order given; those without a file are passed over. */
export function readPlans(stateDir: string, planIds: readonly string[]): PlanList {
  const list: PlanList = { plans: [], damaged: [] };
  for (const planId of planIds) readInto(list, stateDir, planId);
  return list;
}

function readInto(list: PlanList, stateDir: string, planId: string): void {
  try {
    const plan = opened(stateDir, planId, 'fast').data;
    // Null: deleted since the folder was read.
    if (plan !== null) list.plans.push(plan);
  } catch (error) {
    list.damaged.push({ plan_id: planId, error: toPitonError(error) });
  }
}
