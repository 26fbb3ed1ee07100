import type { ChangeObject } from 'diff';

/**
 * A stretch of lines that another stretch replaces. Starts count lines from 0; a count may be 0.
 */
export interface LineChange {
  oldStart: number;
  oldCount: number;
  newStart: number;
  newCount: number;
}

/** Lines with their `\n`; only the last may lack it. */
export function splitLines(text: string): string[] {
  const lines: string[] = [];
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf('\n', start);
    const next = end === -1 ? text.length : end + 1;
    lines.push(text.slice(start, next));
    start = next;
  }
  return lines;
}

/** Edits tried before giving up: the time grows with the square of it. */
const MAX_EDITS = 2_000;

interface Bounds {
  start: number;
  oldEnd: number;
  newEnd: number;
}

/** What remains when equal lines at the beginning and at the end are left out. */
function trim(before: readonly string[], after: readonly string[]): Bounds {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let [oldEnd, newEnd] = [before.length, after.length];
  while (oldEnd > start && newEnd > start && before[oldEnd - 1] === after[newEnd - 1]) {
    oldEnd--;
    newEnd--;
  }
  return { start, oldEnd, newEnd };
}

/** Lines by their numbers, equal lines having equal ones, and where they stand. */
interface NumberedLines {
  numbers: number[];
  positions: number[];
}

/** The lines that both sides have; numbers compare much faster than texts do. */
function sharedLines(
  before: readonly string[],
  after: readonly string[],
  { start, oldEnd, newEnd }: Bounds,
): [NumberedLines, NumberedLines] {
  const known = new Map<string, number>();
  for (let at = start; at < oldEnd; at++) {
    const line = before[at]!;
    if (!known.has(line)) known.set(line, known.size);
  }
  const fresh: NumberedLines = { numbers: [], positions: [] };
  for (let at = start; at < newEnd; at++) {
    const number = known.get(after[at]!);
    if (number === undefined) continue;
    fresh.numbers.push(number);
    fresh.positions.push(at);
  }
  const kept = new Set(fresh.numbers);
  const old: NumberedLines = { numbers: [], positions: [] };
  for (let at = start; at < oldEnd; at++) {
    const number = known.get(before[at]!)!;
    if (!kept.has(number)) continue;
    old.numbers.push(number);
    old.positions.push(at);
  }
  return [old, fresh];
}

/** Turns the kept stretches of the shared lines into changes of all lines. */
function changesBetween(
  parts: readonly ChangeObject<unknown>[],
  oldAt: readonly number[],
  newAt: readonly number[],
  { start, oldEnd, newEnd }: Bounds,
): LineChange[] {
  const changes: LineChange[] = [];
  let [oldStart, newStart] = [start, start];
  function changeUpTo(oldNext: number, newNext: number): void {
    const [oldCount, newCount] = [oldNext - oldStart, newNext - newStart];
    if (oldCount > 0 || newCount > 0) changes.push({ oldStart, oldCount, newStart, newCount });
    [oldStart, newStart] = [oldNext + 1, newNext + 1];
  }
  let [i, j] = [0, 0];
  for (const part of parts) {
    if (part.removed) i += part.count;
    else if (part.added) j += part.count;
    else for (let n = 0; n < part.count; n++) changeUpTo(oldAt[i++]!, newAt[j++]!);
  }
  changeUpTo(oldEnd, newEnd);
  return changes;
}

/**
 * The line changes from one text to another, in order: the fewest possible, by Myers' algorithm,
 * unless these are too many; then everything from the first changed line to the last is one
 * change. Lines that only one side has cannot be kept and are left out of the search.
 */
export async function diffLines(
  before: readonly string[],
  after: readonly string[],
): Promise<LineChange[]> {
  const bounds = trim(before, after);
  const [old, fresh] = sharedLines(before, after, bounds);
  const { diffArrays } = await import('diff');
  const parts = diffArrays(old.numbers, fresh.numbers, { maxEditLength: MAX_EDITS });
  return changesBetween(parts ?? [], old.positions, fresh.positions, bounds);
}
