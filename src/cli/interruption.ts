import { constants } from 'node:os';
import { PitonError, toPitonError } from '../core/errors.js';

/** The signals that ask for a clean stop. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How a run ends that was told to stop. It is the reason of the AbortSignal that commands get. */
export class Interruption extends PitonError {
  readonly #signal: (typeof STOP_SIGNALS)[number];

  constructor(signal: (typeof STOP_SIGNALS)[number]) {
    super('IO_FAILED', `interrupted by ${signal}`, {
      hint: 'the next piton command finishes or takes back what was begun',
      details: { signal },
    });
    this.#signal = signal;
  }

  /** As shells report a program that a signal ended. */
  override get exitCode(): number {
    return 128 + constants.signals[this.#signal];
  }
}

/**
 * What to report of an error: once a stop was asked for, errors that only say that something did
 * not work are its effect. Those that say more (a damaged object, a failed recovery) stand.
 */
export function failureOf(error: unknown, signal: AbortSignal): PitonError {
  const failure = toPitonError(error);
  return signal.aborted && failure.exitCode === 1 ? toPitonError(signal.reason) : failure;
}
