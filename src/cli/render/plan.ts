import type { PlanData } from '../../api/data.js';
import type { PlanStepData } from '../../api/workspace.js';
import { count } from './amounts.js';
import { renderCheckpointCreate, showPosition, showStep } from './checkpoint.js';
import { columns } from './columns.js';
import { escapeControl } from './escape-control.js';
import { facts, listBelow } from './lists.js';
import type { View } from './view.js';

export function renderPlanList({ plans }: { plans: PlanData[] }, view: View): string {
  if (plans.length === 0) return 'No plans.\n';
  const rows = plans.map((plan) => [
    view.paint('yellow', plan.plan_id),
    plan.status,
    showStep(plan.last_completed_step),
    count(plan.checkpoints, 'checkpoint'),
    escapeControl(plan.name ?? ''),
  ]);
  return columns(rows, view.verbose ? null : view.columns);
}

export function renderPlan(plan: PlanData, view: View): string {
  const settings = facts(view, [
    ['plan', planLabel(plan, view)],
    ['part of', plan.parent_plan_id],
    ['forked off', forkedOff(plan)],
    ['status', escapeControl(plan.status)],
    ['phase', escapeControl(plan.phase)],
    ['position', showPosition(plan.last_completed_step)],
    ['rollbacks', showReversions(plan)],
    ['checkpoints', String(plan.checkpoints)],
    ['latest', plan.last_checkpoint_id],
    ['every', interval(plan)],
  ]);
  return `${settings}${values('context', plan, view)}${values('outputs', plan, view)}`;
}

function forkedOff({ forked_from: from }: PlanData): string | null {
  return from === null ? null : `checkpoint ${from.checkpoint_id} of plan ${from.plan_id}`;
}

/** One line that names the plan and what was done to it. */
export function renderPlanDone(done: string): (plan: PlanData, view: View) => string {
  return (plan, view) => `${done} plan ${planLabel(plan, view)}\n`;
}

export function renderStep(data: PlanStepData, view: View): string {
  const position = `Plan ${planLabel(data, view)}: ${showPosition(data.last_completed_step)}\n`;
  return data.checkpoint === null
    ? position
    : `${position}${renderCheckpointCreate(data.checkpoint, view)}`;
}

/** A plan's id with its name. */
export function planLabel({ plan_id: id, name }: PlanData, view: View): string {
  const label = view.paint('yellow', id);
  return name === null ? label : `${label} "${escapeControl(name)}"`;
}

/** How often the plan was rolled back, and how often it still may be. */
export function showReversions(plan: PlanData): string {
  const limit = plan.max_reversions === null ? 'no limit' : `at most ${plan.max_reversions}`;
  return `${plan.reversion_count} (${limit})`;
}

function interval(plan: PlanData): string | null {
  const steps = plan['checkpoint_every_steps'];
  const seconds = plan['checkpoint_every_seconds'];
  const parts: string[] = [];
  if (typeof steps === 'number') parts.push(count(steps, 'step'));
  if (typeof seconds === 'number') parts.push(count(seconds, 'second'));
  return parts.length === 0 ? null : parts.join(', ');
}

function values(key: string, plan: PlanData, view: View): string {
  const held = plan[key];
  const entries = typeof held === 'object' && held !== null ? Object.entries(held) : [];
  return listBelow(key, entries, view, ([name, value]) => [
    escapeControl(name),
    escapeControl(JSON.stringify(value)),
  ]);
}
