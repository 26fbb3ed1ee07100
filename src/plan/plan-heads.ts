import { placeOf, planIdsIn, readPlans } from './plan-file.js';
import { SCHEMA_VERSION } from './schema.js';
import { readStartOf } from './state-file.js';
import type { Plan } from './types.js';

/** What a plan's file begins with. */
export type PlanHead = Pick<Plan, 'plan_id' | 'name' | 'parent_plan_id'>;

/** Enough for what `formatPlan` writes before and with the parent: the longest name takes less. */
const START_BYTES = 4096;

/**
 * What the start of a plan's file tells, when it is as `formatPlan` writes it: up to the parent one
 * line a field, none of them nested. Otherwise null.
 */
function headIn(start: string, planId: string): PlanHead | null {
  const lines = start.split('\n');
  const head = ['{', `  "schema_version": ${SCHEMA_VERSION},`, `  "plan_id": "${planId}",`];
  if (head.some((line, place) => lines[place] !== line)) return null;
  const [first = '', second = ''] = lines.slice(head.length);
  const [, name] = /^ {2}"name": (null|"(?:[^"\\]|\\.)*"),$/.exec(first) ?? [];
  const [, parent] = /^ {2}"parent_plan_id": (null|"[0-9A-Z]{26}"),$/.exec(second) ?? [];
  if (name === undefined || parent === undefined) return null;
  try {
    const [own, its] = JSON.parse(`[${name},${parent}]`) as [string | null, string | null];
    return { plan_id: planId, name: own, parent_plan_id: its };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Of a file that does not tell it at once, all is read. */
function headOf(stateDir: string, planId: string): PlanHead | null {
  const start = readStartOf(placeOf(stateDir, planId), START_BYTES)?.toString('utf8') ?? '';
  return headIn(start, planId) ?? readPlans(stateDir, [planId]).plans[0] ?? null;
}

/**
 * The heads of plans, in the order given, without reading what their contexts hold. One that
 * cannot be told, because the file is damaged or gone, is null.
 */
export function readHeads(
  stateDir: string,
  planIds: readonly string[],
): ReadonlyMap<string, PlanHead | null> {
  return new Map(planIds.map((planId) => [planId, headOf(stateDir, planId)]));
}

/**
 * The heads of all plans that tell theirs, the oldest first.
 * @throws {PitonError} `UNSAFE_PATH` when the folder of the plans is a link.
 */
export function listHeads(stateDir: string): PlanHead[] {
  const heads = readHeads(stateDir, planIdsIn(stateDir)).values();
  return [...heads].filter((head) => head !== null);
}
