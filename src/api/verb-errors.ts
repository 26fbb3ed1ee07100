import { toPitonError } from '../core/errors.js';

type Verb = (...args: never[]) => Promise<unknown>;

/** The reason of a signal is the caller's own, so it comes back as it is. */
function isReasonOf(signal: unknown, error: unknown): boolean {
  return signal instanceof AbortSignal && signal.aborted && signal.reason === error;
}

function isAbort(args: readonly unknown[], error: unknown): boolean {
  return args.some((arg) => {
    return typeof arg === 'object' && arg !== null && 'signal' in arg
      ? isReasonOf(arg.signal, error)
      : false;
  });
}

function guarded(verb: Verb): Verb {
  return async (...args) => {
    try {
      return await verb(...args);
    } catch (error) {
      throw isAbort(args, error) ? error : toPitonError(error);
    }
  };
}

/** The same verbs, throwing PitonErrors alone, and the reason of a signal that was aborted. */
export function withPitonErrors<Verbs extends Record<string, Verb>>(verbs: Verbs): Verbs {
  const entries = Object.entries(verbs).map(([name, verb]) => [name, guarded(verb)]);
  return Object.fromEntries(entries) as Verbs;
}
