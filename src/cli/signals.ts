import { Interruption, STOP_SIGNALS } from './interruption.js';

/** What a program that piton runs may be sent while it runs, beside what stops piton itself. */
const PASSED_ON = [...STOP_SIGNALS, 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;

/**
 * Who types Ctrl-C, or sends a signal to a whole group, means the program: it may have ended before
 * piton has come to see the same signal.
 */
const LATE_MS = 1_000;

/** A process, or what looks like one. */
type Listening = Pick<NodeJS.Process, 'on' | 'off'>;

type PassOn = (signal: NodeJS.Signals) => void;

/** What becomes of the signals that piton gets. */
export class Signals {
  readonly #process: Listening;
  readonly #stop = new AbortController();
  readonly #forcedStop = new AbortController();
  #isPassingOn = false;

  constructor(process: Listening) {
    this.#process = process;
    for (const signal of STOP_SIGNALS) {
      process.on(signal, () => {
        // The other listener has it.
        if (this.#isPassingOn) return;
        const next = this.#stop.signal.aborted ? this.#forcedStop : this.#stop;
        next.abort(new Interruption(signal));
      });
    }
  }

  /** Aborted by the first signal. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** Aborted by the second one. */
  get forcedStop(): AbortSignal {
    return this.#forcedStop.signal;
  }

  /** Ends everything: for what nobody caught. */
  fail(reason: Error): void {
    this.#forcedStop.abort(reason);
  }

  /** While the work lasts, and a moment longer, signals are another program's and stop nothing. */
  async passOnDuring<T>(passOn: PassOn, work: Promise<T>): Promise<T> {
    const listeners = PASSED_ON.map((signal) => [signal, () => passOn(signal)] as const);
    for (const [signal, listener] of listeners) this.#process.on(signal, listener);
    this.#isPassingOn = true;
    try {
      return await work;
    } finally {
      setTimeout(() => {
        this.#isPassingOn = false;
        for (const [signal, listener] of listeners) this.#process.off(signal, listener);
      }, LATE_MS).unref();
    }
  }
}
