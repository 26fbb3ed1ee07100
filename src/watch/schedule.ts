/** When to take checkpoints. Milliseconds. */
export interface Timing {
  /** Between those that are taken whatever happens; null for none. */
  every: number | null;
  /** How long nothing must have changed after a change; null when changes do not count. */
  quiet: number | null;
}

const SHORTEST_BETWEEN = 1_000;
/** In terms of the quiet time: a tree that never rests is captured so often. */
const LONGEST_UNREST = 15;
const LONGEST_BETWEEN_FAILURES = 60_000;
/** Between looks whether the workspace is still there; far below what a timer can take. */
const LONGEST_PAUSE = 1_000;
const SHORTEST_LOOK_PAUSE = 500;
const LONGEST_LOOK_PAUSE = 60_000;
/** A look takes at most a tenth of the time. */
const PAUSE_PER_LOOK = 9;

/**
 * Decides when a checkpoint is due and when to look again. Knows no clock: all times are handed
 * in, milliseconds on one that never goes back.
 */
export class Schedule {
  readonly #timing: Timing;
  /** The next one that is due by time alone; the first is due at once. */
  #next = -Infinity;
  /** No checkpoint before this. */
  #notBefore = -Infinity;
  #failures = 0;
  #trace: string | undefined;
  #lookCost = 0;
  /** The first and the last change that no checkpoint has yet. */
  #changes: { first: number; last: number } | null = null;

  constructor(timing: Timing) {
    this.#timing = timing;
  }

  /** Whether there is any use in looking for changes. */
  get isLooking(): boolean {
    return this.#timing.quiet !== null;
  }

  /** A look, from one time to another, found the worktree like this. */
  looked(trace: string, from: number, to: number): void {
    const hasChanged = this.#trace !== undefined && trace !== this.#trace;
    this.#trace = trace;
    this.#lookCost = to - from;
    if (hasChanged) this.#changes = { first: this.#changes?.first ?? to, last: to };
  }

  isDue(now: number): boolean {
    if (now < this.#notBefore) return false;
    return now >= this.#next || this.#isRested(now);
  }

  #isRested(now: number): boolean {
    const { quiet } = this.#timing;
    if (quiet === null || this.#changes === null) return false;
    const { first, last } = this.#changes;
    return now - last >= quiet || now - first >= quiet * LONGEST_UNREST;
  }

  /** A checkpoint holds all that the last look saw. */
  taken(now: number): void {
    this.#changes = null;
    this.#failures = 0;
    this.#notBefore = now + SHORTEST_BETWEEN;
    if (now >= this.#next) this.#next = this.#nextAfter(now);
  }

  /** What was missed, while the machine slept for one, is not made up for. */
  #nextAfter(now: number): number {
    const { every } = this.#timing;
    if (every === null) return Infinity;
    const late = this.#next === -Infinity ? 0 : (now - this.#next) % every;
    return now - late + every;
  }

  /** Looking, or taking a checkpoint, did not work. */
  failed(now: number): void {
    this.#failures++;
    const wait = SHORTEST_BETWEEN * 2 ** this.#failures;
    this.#notBefore = now + Math.min(wait, LONGEST_BETWEEN_FAILURES);
  }

  /** How long to wait until the next round. */
  pause(now: number): number {
    const due = Math.max(this.#next, this.#notBefore) - now;
    const look = clamp(this.#lookCost * PAUSE_PER_LOOK, SHORTEST_LOOK_PAUSE, LONGEST_LOOK_PAUSE);
    return clamp(due, 0, this.isLooking ? look : LONGEST_PAUSE);
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
