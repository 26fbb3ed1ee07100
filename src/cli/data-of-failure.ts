import { PitonError, type ErrorCode } from '../core/errors.js';

/**
 * What a verb found although it failed: some put all of it into the details of their error. People
 * are shown it as they are shown a success, and the exit code still tells of the failure.
 */
export async function orDataOfFailure<T extends object>(
  verb: Promise<T>,
  code: ErrorCode,
  key: keyof T & string,
): Promise<T> {
  try {
    return await verb;
  } catch (error) {
    const isFinding = error instanceof PitonError && error.code === code && key in error.details;
    if (!isFinding) throw error;
    return error.details as unknown as T;
  }
}
