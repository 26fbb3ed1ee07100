import { PitonError } from '../../src/core/errors.js';

/** What a promise is rejected with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('expected a rejection');
    },
    (error: unknown) => error,
  );
}

/** The PitonError that a promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<PitonError> {
  const error = await rejectionOf(promise);
  if (error instanceof PitonError) return error;
  throw error;
}
