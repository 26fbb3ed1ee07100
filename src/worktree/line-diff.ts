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
/** For long files of few distinct lines, where even few edits are slow. */
const MAX_MS = 1_000;

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

/** The positions in `lines` of those that `others` has too. */
function shared(lines: readonly string[], start: number, end: number, others: Set<string>) {
  const positions: number[] = [];
  for (let at = start; at < end; at++) if (others.has(lines[at]!)) positions.push(at);
  return positions;
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
 * unless that takes too long; then everything from the first changed line to the last is one
 * change. Lines that only one side has cannot be kept and are left out of the search.
 */
export async function diffLines(
  before: readonly string[],
  after: readonly string[],
): Promise<LineChange[]> {
  const bounds = trim(before, after);
  const { start, oldEnd, newEnd } = bounds;
  const oldAt = shared(before, start, oldEnd, new Set(after.slice(start, newEnd)));
  const newAt = shared(after, start, newEnd, new Set(before.slice(start, oldEnd)));
  const { diffArrays } = await import('diff');
  const parts = diffArrays(
    oldAt.map((at) => before[at]!),
    newAt.map((at) => after[at]!),
    { maxEditLength: MAX_EDITS, timeout: MAX_MS },
  );
  return changesBetween(parts ?? [], oldAt, newAt, bounds);
}
