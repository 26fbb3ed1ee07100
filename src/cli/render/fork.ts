import type { ForkData, ForkListData } from '../../api/fork-data.js';
import { columns } from './columns.js';
import { escapeControl } from './escape-control.js';
import { facts } from './lists.js';
import { planLabel } from './plan.js';
import type { View } from './view.js';

export function renderFork(fork: ForkData, view: View): string {
  const { path, branch, plan, checkpoint } = fork;
  const about = facts(view, [
    ['plan', planLabel(plan, view)],
    ['branch', branch === null ? null : escapeControl(branch)],
    ['to take it over', 'piton rollback <checkpoint of the fork>'],
  ]);
  const from = checkpoint?.checkpoint_id ?? '';
  return `Forked ${view.paint('yellow', from)} to ${escapeControl(path)}\n${about}`;
}

export function renderForkList({ forks }: ForkListData, view: View): string {
  if (forks.length === 0) return 'No forks.\n';
  const rows = forks.map(({ path, plan }) => [
    view.paint('yellow', plan.plan_id),
    plan.status,
    plan.last_checkpoint_id ?? '',
    escapeControl(path),
  ]);
  return columns(rows, view.verbose ? null : view.columns);
}
