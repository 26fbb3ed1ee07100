import { PitonError } from '../core/errors.js';
import { SchemaProblem } from './check.js';

/** The error for a state file that cannot be used as it is. */
export function stateDamaged(path: string, problem: string): PitonError {
  return new PitonError('STATE_DAMAGED', `the state file ${path} is damaged: ${problem}`, {
    hint: "run 'piton doctor --repair'",
    details: { path, problem },
  });
}

/** Runs `check`, with the error that `toError` makes of a problem it finds. */
export function checkedAs<T>(toError: (problem: string) => PitonError, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw error instanceof SchemaProblem ? toError(error.message) : error;
  }
}

/**
 * Runs `check` on what a state file holds.
 * @throws {PitonError} `STATE_DAMAGED` with `details.path` and `details.problem`.
 */
export function checkedAsState<T>(path: string, check: () => T): T {
  return checkedAs((problem) => stateDamaged(path, problem), check);
}

/**
 * Runs `check` on what the user gave.
 * @throws {PitonError} `USAGE`
 */
export function checkedAsArgument<T>(check: () => T): T {
  return checkedAs((problem) => {
    return new PitonError('USAGE', problem, { hint: "'--help' shows what the command takes" });
  }, check);
}

/** The error for a file that a later piton wrote. */
export function tooNew(path: string, expected: number, found: number): PitonError {
  return new PitonError(
    'UNSUPPORTED_FORMAT',
    `the state file ${path} has version ${found}; this piton knows up to ${expected}`,
    {
      hint: 'it was written by a newer piton: use that one, or upgrade this one',
      details: { path, expected, found },
    },
  );
}
