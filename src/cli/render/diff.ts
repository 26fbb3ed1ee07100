import type { ChangeData, CheckpointDiffData } from '../../api/data.js';
import { count } from './amounts.js';
import { columns, displayWidth } from './columns.js';
import { escapeControl, showPath } from './escape-control.js';
import type { Colour, View } from './view.js';

export type DiffStyle = 'patch' | 'stat' | 'name-status';

/** So many columns are left for the bar of pluses and minuses. */
const BAR_COLUMNS = 40;

/** Git's letters. A changed mode is a modification to git, too. */
const LETTERS: Readonly<Record<ChangeData['status'], readonly [letter: string, colour: Colour]>> = {
  added: ['A', 'green'],
  modified: ['M', 'yellow'],
  deleted: ['D', 'red'],
  mode: ['M', 'yellow'],
  type: ['T', 'yellow'],
};

/** The differences in the style asked for; an empty text when there are none, as git has it. */
export function renderDiff(data: CheckpointDiffData, style: DiffStyle, view: View): string {
  switch (style) {
    case 'patch':
      return showPatch(data.patch ?? '', view);
    case 'stat':
      return stat(data.changes, view);
    case 'name-status':
      return columns(data.changes.map((change) => nameStatus(change, view)));
  }
}

/** Cells for a change's letter and path. */
export function nameStatus({ status, path }: ChangeData, view: View): string[] {
  const [letter, colour] = LETTERS[status];
  return [view.paint(colour, letter), showPath(path)];
}

/** For terminals coloured and harmless; for files and pipes as it is, so that it can be applied. */
function showPatch(patch: string, view: View): string {
  if (!view.terminal || patch === '') return patch;
  const lines = patch.replace(/\n$/, '').split('\n');
  return lines.map((line) => `${patchLine(line, view)}\n`).join('');
}

function patchLine(line: string, view: View): string {
  const text = line.split('\t').map(escapeControl).join('\t');
  if (/^(?:diff |index |--- |\+\+\+ )/.test(line)) return view.paint('bold', text);
  if (line.startsWith('@@')) return view.paint('cyan', text);
  if (line.startsWith('+')) return view.paint('green', text);
  if (line.startsWith('-')) return view.paint('red', text);
  return text;
}

function stat(changes: readonly ChangeData[], view: View): string {
  if (changes.length === 0) return '';
  const most = largest(changes.map(({ insertions, deletions }) => insertions + deletions));
  const scale = Math.min(1, BAR_COLUMNS / Math.max(1, most));
  const digits = String(most).length;
  const width = largest(changes.map(({ path }) => displayWidth(showPath(path))));
  const lines = changes.map((change) => {
    const name = showPath(change.path);
    const room = ' '.repeat(width - displayWidth(name));
    return ` ${name}${room} | ${amount(change, digits, scale, view)}`.trimEnd();
  });
  return `${lines.join('\n')}\n ${total(changes)}\n`;
}

/** `Math.max` takes no more arguments than there is stack for. */
function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, one) => Math.max(most, one), 0);
}

function amount(change: ChangeData, digits: number, scale: number, view: View): string {
  const { insertions, deletions, binary, status } = change;
  if (binary) return 'binary';
  if (status === 'mode') return 'mode';
  const pluses = '+'.repeat(Math.ceil(insertions * scale));
  const minuses = '-'.repeat(Math.ceil(deletions * scale));
  const number = String(insertions + deletions).padStart(digits);
  return `${number} ${view.paint('green', pluses)}${view.paint('red', minuses)}`;
}

function total(changes: readonly ChangeData[]): string {
  const insertions = changes.reduce((sum, change) => sum + change.insertions, 0);
  const deletions = changes.reduce((sum, change) => sum + change.deletions, 0);
  const parts = [`${count(changes.length, 'file')} changed`];
  if (insertions > 0) parts.push(`${count(insertions, 'insertion')}(+)`);
  if (deletions > 0) parts.push(`${count(deletions, 'deletion')}(-)`);
  return parts.join(', ');
}
