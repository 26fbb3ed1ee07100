import { PitonError, systemErrorCode } from '../../src/core/errors.js';

/** What `action` throws. */
export function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('expected an error');
}

export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('expected a rejection');
    },
    (error: unknown) => error,
  );
}

/** The code of an error that piton throws; fails for any other. */
export function pitonError(error: unknown): PitonError {
  if (error instanceof PitonError) return error;
  throw error;
}

export function systemCode(action: () => unknown): string | undefined {
  return systemErrorCode(thrownBy(action));
}
