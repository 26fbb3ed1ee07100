import type { Plan } from './types.js';

/**
 * The kind of checkpoint that the intervals of a plan make due, or null for none: `step` because
 * of the step just recorded, `interval` because of the time since the latest.
 * `plan`: as it is after `completeStep`. `lastCheckpointTime`: of the plan's latest, or null when
 * it has none. Times in milliseconds since the Unix epoch.
 *
 * With an interval of N steps one is due when step N - 1, 2N - 1, … is completed, or the first
 * completed beyond it when steps are skipped. A step that failed or was interrupted always calls
 * for one. A clock that was put back tells nothing of the time since, so that one is due.
 */
export function dueCheckpoint(
  plan: Plan,
  step: number,
  lastCheckpointTime: number | null,
  now: number,
): 'step' | 'interval' | null {
  if (isDueAtStep(plan, step)) return 'step';
  return isDueAtTime(plan, lastCheckpointTime, now) ? 'interval' : null;
}

function isDueAtStep(plan: Plan, step: number): boolean {
  const recorded = plan.steps.find((one) => one.step === step);
  if (recorded !== undefined && recorded.status !== 'done') return true;
  const every = plan.checkpoint_every_steps;
  if (every === null) return false;
  const before = plan.steps.filter((one) => one.status === 'done' && one.step < step);
  const previous = before.reduce((latest, one) => Math.max(latest, one.step), -1);
  return Math.floor((step + 1) / every) > Math.floor((previous + 1) / every);
}

function isDueAtTime(plan: Plan, lastCheckpointTime: number | null, now: number): boolean {
  if (plan.checkpoint_every_seconds === null) return false;
  if (lastCheckpointTime === null) return true;
  const elapsed = now - lastCheckpointTime;
  return elapsed < 0 || elapsed >= plan.checkpoint_every_seconds * 1000;
}
