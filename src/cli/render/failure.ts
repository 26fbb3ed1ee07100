import type { PitonError } from '../../core/errors.js';
import { escapeControl } from './escape-control.js';
import { listBelow } from './lists.js';
import type { View } from './view.js';

/** An error for people: what happened, what it is about, what to do. */
export function renderFailure(error: PitonError, view: View): string {
  const hint = `hint: ${escapeControl(error.hint)}\n`;
  const message = `${view.paint('red', 'error:')} ${escapeControl(error.message)}\n`;
  const lists = Object.entries(error.details)
    .filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]))
    .map(([key, items]) => listBelow(showKey(key), items, view, cells));
  return `${message}${lists.join('')}${hint}${view.verbose ? origin(error) : ''}`;
}

/** Texts as they are, of objects the values, so that lists of candidates stay readable. */
function cells(item: unknown): string[] {
  const values = typeof item === 'object' && item !== null ? Object.values(item) : [item];
  return values.map((value) =>
    escapeControl(typeof value === 'string' ? value : JSON.stringify(value ?? null)),
  );
}

function showKey(key: string): string {
  return key.replaceAll('_', ' ');
}

/** Where it came from, for those who report a defect. */
function origin(error: PitonError): string {
  const { stack } = error.cause instanceof Error ? error.cause : error;
  const lines = (stack ?? '').split('\n').map((line) => `${escapeControl(line)}\n`);
  return `code: ${error.code}\n${lines.join('')}`;
}
