import { PitonError, toPitonError } from '../core/errors.js';
import { exitCodeOf, type ProgramEnd } from '../process/run-program.js';

/** What failed after a command was run: told as what it is, with the exit code of the command. */
export class CommandFailure extends PitonError {
  readonly #end: ProgramEnd;

  constructor(error: unknown, end: ProgramEnd) {
    const { code, message, hint, details, cause } = toPitonError(error);
    super(code, message, {
      hint,
      details: { ...details, exit_code: end.exitCode, signal: end.signal },
      cause,
    });
    this.#end = end;
  }

  override get exitCode(): number {
    return exitCodeOf(this.#end);
  }
}
