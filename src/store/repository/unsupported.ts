import { PitonError } from '../../core/errors.js';

/** A repository that piton does not work on; `path` is where the reason lies. */
export function unsupported(message: string, hint: string, path: string): PitonError {
  return new PitonError('UNSUPPORTED_REPOSITORY', message, { hint, details: { path } });
}
