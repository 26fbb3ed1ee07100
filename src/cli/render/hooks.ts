import type { HookData, HooksChangeData, HooksStatusData } from '../../api/hook-data.js';
import { columns } from './columns.js';
import { escapeControl } from './escape-control.js';
import { listBelow } from './lists.js';
import type { View } from './view.js';

/** What was done to hooks, or would be. */
export function renderHooksChange(
  { files, dry_run: isDry }: HooksChangeData,
  done: 'installed' | 'uninstalled',
  view: View,
): string {
  if (files.length === 0) return `Nothing to do: all is ${done} already\n`;
  const title = `${isDry ? 'Would be' : 'Has been'} ${done}; files`;
  return listBelow(title, files, view, ({ change, path }) => [change, escapeControl(path)]);
}

/** Which hooks piton is in; with `-v` also those it could be in. */
export function renderHooksStatus({ hooks, log }: HooksStatusData, view: View): string {
  const told = hooks.filter(({ installed, note }) => view.verbose || installed || note !== null);
  const line = log?.last ?? null;
  const last = line === null ? '' : `last in the log: ${escapeControl(line)}\n`;
  if (!told.some(({ installed }) => installed) && !view.verbose) {
    return `piton is in no hook; 'piton hooks install' puts it there\n${last}`;
  }
  return `${columns(told.map((hook) => cells(hook, view)))}${last}`;
}

function cells({ host, event, level, installed, strict, place, note }: HookData, view: View) {
  const state = installed ? view.paint('green', 'installed') : view.paint('dim', 'not installed');
  const about = [level, ...(strict ? ['strict'] : [])].join(', ');
  const where = note === null ? place : `${place} (${note})`;
  return [host, event, state, about, escapeControl(where)];
}
