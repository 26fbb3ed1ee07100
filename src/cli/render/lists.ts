import type { JsonPath } from '../../core/byte-path.js';
import { columns } from './columns.js';
import { showPath } from './escape-control.js';
import type { View } from './view.js';

/** So many are shown without `--verbose`. */
const SHOWN = 20;

/** A title with its lines below it, indented; nothing at all when there are none. */
export function listBelow<T>(
  title: string,
  items: readonly T[],
  view: View,
  cells: (item: T) => string[],
): string {
  if (items.length === 0) return '';
  const shown = view.verbose ? items : items.slice(0, SHOWN);
  const hidden = items.length - shown.length;
  const more = hidden === 0 ? '' : `  and ${hidden} more (-v shows all)\n`;
  return `${title}:\n${indented(columns(shown.map(cells)))}${more}`;
}

/** Names and what they are, the second column aligned. Those that are null are left out. */
export function facts(view: View, rows: readonly (readonly [string, string | null])[]): string {
  const told = rows.filter((row): row is [string, string] => row[1] !== null);
  return columns(told.map(([name, value]) => [view.paint('dim', name), value]));
}

/** Cells for a path and a word about it. */
export function aboutPath(word: string, path: JsonPath): string[] {
  return [word.replaceAll('_', ' '), showPath(path)];
}

function indented(lines: string): string {
  return lines.replace(/^(?=.)/gm, '  ');
}
