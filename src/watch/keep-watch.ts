import { toPitonError, type ErrorCode, type PitonError } from '../core/errors.js';
import type { Schedule } from './schedule.js';

/** What a watch does with its workspace. */
export interface Watched {
  /** @throws {PitonError} `WORKSPACE_MISSING` */
  assertPresent: () => void;
  /** A text that differs when a checkpoint might. */
  trace: () => Promise<string>;
  /** Takes a checkpoint, if there is anything new. */
  take: () => Promise<void>;
  /** Something went wrong, and will be tried again. */
  onProblem: (problem: PitonError) => void;
}

/** The watch's time; milliseconds. */
export interface Pace {
  signal: AbortSignal | undefined;
  /** Never goes back. */
  now: () => number;
  pause: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** Where there is nothing to try again, and what is a defect. */
const FINAL: ReadonlySet<ErrorCode> = new Set(['WORKSPACE_MISSING', 'INTERNAL']);

class Keeper {
  readonly #watched: Watched;
  readonly #schedule: Schedule;
  readonly #pace: Pace;
  #hasBegun = false;
  /** What went wrong last, so that it is told once. */
  #told: string | null = null;

  constructor(watched: Watched, schedule: Schedule, pace: Pace) {
    this.#watched = watched;
    this.#schedule = schedule;
    this.#pace = pace;
  }

  get #isStopped(): boolean {
    return this.#pace.signal?.aborted === true;
  }

  async run(): Promise<void> {
    const { now, pause, signal } = this.#pace;
    while (!this.#isStopped) {
      this.#watched.assertPresent();
      try {
        await this.#round();
      } catch (error) {
        this.#handle(error);
      }
      await pause(this.#schedule.pause(now()), signal);
    }
  }

  async #round(): Promise<void> {
    const { now } = this.#pace;
    if (this.#schedule.isLooking) {
      const from = now();
      this.#schedule.looked(await this.#watched.trace(), from, now());
    }
    if (!this.#schedule.isDue(now())) return;
    await this.#watched.take();
    this.#schedule.taken(now());
    this.#hasBegun = true;
    this.#told = null;
  }

  #handle(error: unknown): void {
    if (this.#isStopped) return;
    // A missing workspace shows itself in many ways.
    this.#watched.assertPresent();
    const problem = toPitonError(error);
    if (!this.#hasBegun || FINAL.has(problem.code)) throw error;
    this.#schedule.failed(this.#pace.now());
    if (this.#told === problem.message) return;
    this.#told = problem.message;
    this.#watched.onProblem(problem);
  }
}

/**
 * Takes checkpoints as the schedule has them, the first at once, until the signal is aborted; then
 * it returns, and what was begun has been taken back.
 * @throws {PitonError} whatever keeps the first one from being taken; later only
 * `WORKSPACE_MISSING` and `INTERNAL`
 */
export async function keepWatch(watched: Watched, schedule: Schedule, pace: Pace): Promise<void> {
  await new Keeper(watched, schedule, pace).run();
}
