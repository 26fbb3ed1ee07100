import { systemErrorCode } from '../core/errors.js';
import type { OutputStream } from './surroundings.js';

/** A stream that is written to in order, and whose failures are kept instead of thrown. */
export class Output {
  /** Why nothing more arrives; a reader that went away is none. */
  failure: Error | undefined;
  readonly #stream: OutputStream;

  constructor(stream: OutputStream) {
    this.#stream = stream;
    stream.on('error', (error) => {
      if (systemErrorCode(error) !== 'EPIPE') this.failure ??= error;
    });
  }

  get terminal(): boolean {
    return this.#stream.isTTY === true;
  }

  /** Of the terminal; null when it is none. */
  get columns(): number | null {
    return this.terminal ? (this.#stream.columns ?? null) : null;
  }

  /** Done when the text was handed on, or never will be. */
  async write(text: string): Promise<void> {
    if (text === '') return;
    await new Promise<void>((done) => {
      this.#stream.write(text, () => done());
    });
  }
}
