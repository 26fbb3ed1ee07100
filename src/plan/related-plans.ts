import { placeOf, planIdsIn, readPlans, type PlanList } from './plan-file.js';
import { SCHEMA_VERSION } from './schema.js';
import { readStartOf } from './state-file.js';
import type { Plan } from './types.js';

/** Enough for what `formatPlan` writes before and with the parent: the longest name takes less. */
const START_BYTES = 4096;

/** `undefined`: it cannot be told without reading the whole file. */
type Parent = string | null | undefined;

/**
 * The parent that the start of a plan's file tells, when it is as `formatPlan` writes it: up to the
 * parent one line a field, none of them nested.
 */
function parentIn(start: string, planId: string): Parent {
  const lines = start.split('\n');
  const head = ['{', `  "schema_version": ${SCHEMA_VERSION},`, `  "plan_id": "${planId}",`];
  if (head.some((line, place) => lines[place] !== line)) return undefined;
  const [name = '', parent = ''] = lines.slice(head.length);
  if (!/^ {2}"name": (?:null|"(?:[^"\\]|\\.)*"),$/.test(name)) return undefined;
  const [, value] = /^ {2}"parent_plan_id": (null|"[0-9A-Z]{26}"),$/.exec(parent) ?? [];
  if (value === undefined) return undefined;
  return value === 'null' ? null : value.slice(1, -1);
}

/** The parent of every plan; one whose file does not tell it at once is read whole. */
function parentsOf(stateDir: string, planIds: readonly string[]): Map<string, Parent> {
  const parents = new Map<string, Parent>();
  for (const planId of planIds) {
    const start = readStartOf(placeOf(stateDir, planId), START_BYTES)?.toString('latin1') ?? '';
    const told = parentIn(start, planId);
    const parent = told === undefined ? parentReadOf(stateDir, planId) : told;
    parents.set(planId, parent);
  }
  return parents;
}

function parentReadOf(stateDir: string, planId: string): Parent {
  return readPlans(stateDir, [planId]).plans[0]?.parent_plan_id;
}

/**
 * The plans above a plan and those below it, at any depth, without itself: those below go back with
 * it and are in its checkpoints, those above have rollbacks that take it along. Of all other plans
 * only the start is read, however much their contexts hold. One whose parent cannot be told is
 * among the damaged, since it may belong to them. A plan's parent never changes.
 * @throws {PitonError} `UNSAFE_PATH` when the folder of the plans is a link.
 */
export function relatedPlans(stateDir: string, plan: Plan): PlanList {
  const others = planIdsIn(stateDir).filter((planId) => planId !== plan.plan_id);
  const parents = parentsOf(stateDir, others);
  const related = new Set<string>();
  for (let above: Parent = plan.parent_plan_id; typeof above === 'string';) {
    if (related.has(above)) break;
    related.add(above);
    above = parents.get(above);
  }
  const below = new Set([plan.plan_id]);
  // A set visits what is added to it during the loop.
  for (const parent of below) {
    for (const [planId, its] of parents) if (its === parent) below.add(planId);
  }
  const isWanted = (planId: string): boolean =>
    related.has(planId) || below.has(planId) || parents.get(planId) === undefined;
  return readPlans(stateDir, others.filter(isWanted));
}
