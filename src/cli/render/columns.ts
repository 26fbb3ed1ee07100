import { stripVTControlCharacters } from 'node:util';

const GAP = '  ';

/** Less of a text is not worth showing: then its line is left to wrap. */
const LEAST_LAST_COLUMN = 20;

/** Marks and format characters take no room of their own. */
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** East Asian wide characters and emoji take two columns. */
const TWO_WIDE = new RegExp(
  '[\\p{Emoji_Presentation}\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}' +
    '\\p{Script=Hangul}\\u3000-\\u303f\\uff01-\\uff60\\uffe0-\\uffe6]',
  'u',
);

/** How many columns a text takes on a terminal; colours take none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text)) width += characterWidth(character);
  return width;
}

/**
 * Rows of cells in aligned columns, one line each.
 * @param width of the terminal: last cells are cut to it, as long as that leaves enough of them;
 *   null to leave them whole
 */
export function columns(rows: readonly (readonly string[])[], width: number | null = null): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, displayWidth(cell));
    }
  }
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + GAP.length, 0);
  const last = width === null ? Infinity : Math.max(LEAST_LAST_COLUMN, width - before);
  const lines = rows.map((row) => row.map((cell, index) => fit(cell, index, widths, last)));
  return lines.map((cells) => `${cells.join(GAP).trimEnd()}\n`).join('');
}

function fit(cell: string, index: number, widths: readonly number[], last: number): string {
  if (index === widths.length - 1) return displayWidth(cell) > last ? cut(cell, last) : cell;
  return cell + ' '.repeat((widths[index] ?? 0) - displayWidth(cell));
}

/** The beginning of a text and `…`, in at most `width` columns. */
function cut(text: string, width: number): string {
  let kept = '';
  let left = width - 1;
  for (const character of text) {
    left -= characterWidth(character);
    if (left < 0) break;
    kept += character;
  }
  return `${kept}…`;
}

function characterWidth(character: string): number {
  if (NO_WIDTH.test(character)) return 0;
  return TWO_WIDE.test(character) ? 2 : 1;
}
