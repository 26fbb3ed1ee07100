import type { BundleCreateData, FetchData, PushData } from '../../api/data.js';
import { count, showBytes } from './amounts.js';
import { escapeControl } from './escape-control.js';
import { listBelow } from './lists.js';
import type { View } from './view.js';

export function renderPush(data: PushData, view: View): string {
  const there = `${data.up_to_date} there already`;
  const to = escapeControl(data.remote);
  return [
    `Pushed ${count(data.pushed.length, 'checkpoint')} to ${to}; ${there}\n`,
    listBelow('something else is there, and stays', data.differing, view, (id) => [id]),
  ].join('');
}

export function renderFetch(data: FetchData, view: View): string {
  const here = `${data.up_to_date} here already`;
  const from = escapeControl(data.remote);
  const plans = data.plans.filter(({ outcome }) => outcome !== 'up_to_date');
  return [
    `Fetched ${count(data.fetched.length, 'checkpoint')} from ${from}; ${here}\n`,
    listBelow('plans', plans, view, ({ plan_id: id, name, outcome }) => [
      outcome,
      id,
      name === null ? '' : `"${escapeControl(name)}"`,
    ]),
    listBelow('something else is here, and stays', data.differing, view, (id) => [id]),
  ].join('');
}

export function renderBundleCreate({ file, checkpoints, bytes }: BundleCreateData): string {
  const size = showBytes(bytes);
  return `Wrote ${count(checkpoints, 'checkpoint')} to ${escapeControl(file)} (${size})\n`;
}
