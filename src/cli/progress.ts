import type { Clock } from '../core/clock.js';
import type { Progress } from '../core/types.js';

/** Quicker work shows no bar. */
const DELAY_MS = 500;

/** Seen as smooth, and not costly. */
const INTERVAL_MS = 100;

const BAR_COLUMNS = 30;

/** Carriage return and "erase in line" of ECMA-48. */
const CLEAR_LINE = '\r\x1b[K';

/** Where progress is shown. */
export interface ProgressLine {
  show: (progress: Progress) => void;
  /** Takes the line away, so that something else can be printed. */
  clear: () => void;
}

/** A line on a terminal that says how far the work is, once it has taken half a second. */
export function progressLine(write: (text: string) => void, clock: Clock): ProgressLine {
  const begun = clock.now();
  let shownAt = -Infinity;
  let visible = false;
  return {
    show: (progress) => {
      const now = clock.now();
      if (now - begun < DELAY_MS || now - shownAt < INTERVAL_MS) return;
      write(`${CLEAR_LINE}${progressText(progress)}`);
      shownAt = now;
      visible = true;
    },
    clear: () => {
      if (visible) write(CLEAR_LINE);
      visible = false;
    },
  };
}

/** For when there is nobody to see it. */
export const NO_PROGRESS: ProgressLine = { show: () => undefined, clear: () => undefined };

function progressText({ phase, done, total }: Progress): string {
  if (total === undefined || total === 0) return `${phase} ${done}`;
  const share = Math.min(1, done / total);
  const full = Math.floor(share * BAR_COLUMNS);
  const bar = '#'.repeat(full) + '.'.repeat(BAR_COLUMNS - full);
  return `${phase.padEnd(9)} [${bar}] ${Math.floor(share * 100)}% (${done}/${total})`;
}
