import { timeOfId } from '../core/ids.js';
import { DEFAULTS } from '../core/limits.js';
import type { RetentionPolicy } from '../plan/types.js';
import type { KeepReason } from './keep-reason.js';
import type { Pins } from './pins.js';

/** What only a checkpoint's commit tells. */
export interface Described {
  isSafety: boolean;
  isNamed: boolean;
  isBeforeRun: boolean;
}

/** What the policy is asked about. */
export interface RetentionQuestion {
  /** All checkpoints of one plan, oldest first. */
  ids: readonly string[];
  policy: RetentionPolicy;
  pins: Pins;
  /** Milliseconds since the Unix epoch. */
  now: number;
  /** Null when the checkpoint cannot be read. Always answers the same for the same id. */
  describe: (id: string) => Promise<Described | null>;
  /** Whether all reasons are wanted, also for what is kept anyhow; that costs a look at each. */
  isThorough: boolean;
}

export const DEFAULT_POLICY: RetentionPolicy = {
  keep_last: DEFAULTS.keepLast,
  keep_within_seconds: DEFAULTS.keepWithinSeconds,
  keep_hourly: DEFAULTS.keepHourly,
  keep_daily: DEFAULTS.keepDaily,
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How long what was taken before a run is kept. Runs leave no trace; few last for a day. */
export const KEPT_FOR_RUN_MS = DAY_MS;

class Evaluation {
  readonly reasons: Map<string, Set<KeepReason>>;
  readonly #question: RetentionQuestion;
  readonly #newestFirst: readonly string[];

  constructor(question: RetentionQuestion) {
    this.#question = question;
    this.#newestFirst = question.ids.toReversed();
    this.reasons = new Map(this.#newestFirst.map((id) => [id, new Set()]));
  }

  async run(): Promise<void> {
    const { policy, pins, isThorough } = this.#question;
    for (const [id, reasons] of pins) for (const reason of reasons) this.#keep(id, reason);
    this.#keepWithin(policy.keep_within_seconds * 1_000);
    if (!isThorough && this.#isAllKept()) return;
    await this.#keepLast(policy.keep_last);
    await this.#keepNewestOfEach(HOUR_MS, policy.keep_hourly, 'hourly');
    await this.#keepNewestOfEach(DAY_MS, policy.keep_daily, 'daily');
    await this.#keepForWhatTheyAre();
  }

  #keep(id: string, reason: KeepReason): void {
    this.reasons.get(id)?.add(reason);
  }

  #isAllKept(): boolean {
    return [...this.reasons.values()].every((reasons) => reasons.size > 0);
  }

  #keepWithin(milliseconds: number): void {
    const { now } = this.#question;
    for (const id of this.#newestFirst) {
      if (now - timeOfId(id) < milliseconds) this.#keep(id, 'within');
    }
  }

  /** Safety checkpoints hold what was given up, so they take no other's place. */
  async #isCounted(id: string): Promise<boolean> {
    const described = await this.#question.describe(id);
    return described !== null && !described.isSafety;
  }

  /** The newest of all stays whatever the policy says. */
  async #keepLast(count: number): Promise<void> {
    const [newest] = this.#newestFirst;
    if (newest !== undefined) this.#keep(newest, 'last');
    let left = count;
    for (const id of this.#newestFirst) {
      if (left === 0) return;
      if (!(await this.#isCounted(id))) continue;
      this.#keep(id, 'last');
      left -= 1;
    }
  }

  /** Of hours and days only those count that have a checkpoint, as restic does it. */
  async #keepNewestOfEach(
    length: number,
    count: number,
    reason: 'hourly' | 'daily',
  ): Promise<void> {
    const taken = new Set<number>();
    for (const id of this.#newestFirst) {
      if (taken.size === count) return;
      const period = Math.floor(timeOfId(id) / length);
      if (taken.has(period) || !(await this.#isCounted(id))) continue;
      taken.add(period);
      this.#keep(id, reason);
    }
  }

  async #keepForWhatTheyAre(): Promise<void> {
    const { isThorough, describe, now } = this.#question;
    for (const [id, reasons] of this.reasons) {
      if (reasons.size > 0 && !isThorough) continue;
      const described = await describe(id);
      if (described === null) reasons.add('unreadable');
      if (described?.isNamed === true) reasons.add('named');
      const isYoung = now - timeOfId(id) < KEPT_FOR_RUN_MS;
      if (described?.isBeforeRun === true && isYoung) reasons.add('run');
    }
  }
}

/**
 * Why each checkpoint of a plan is kept, newest first; one without a reason is not. It depends on
 * the question alone and changes nothing. Hours and days are those of UTC, the time of a checkpoint
 * is the one that its id carries, and one from the future is new.
 */
export async function reasonsToKeep(
  question: RetentionQuestion,
): Promise<Map<string, ReadonlySet<KeepReason>>> {
  const evaluation = new Evaluation(question);
  await evaluation.run();
  return evaluation.reasons;
}
