import { givenPolicy } from '../plan/settings.js';
import type { Plan, RetentionPolicy } from '../plan/types.js';
import { DEFAULT_POLICY } from '../retention/policy.js';
import type { RetentionOptions } from './types.js';

/**
 * The plan's policy, or the default one, with what was given in place of its own.
 * @throws {PitonError} `USAGE` when that is no policy
 */
export function policyWith({ retention }: Plan, given: RetentionOptions): RetentionPolicy {
  const own = retention ?? DEFAULT_POLICY;
  return givenPolicy({
    ...own,
    keep_last: given.keepLast ?? own.keep_last,
    keep_within_seconds: given.keepWithinSeconds ?? own.keep_within_seconds,
    keep_hourly: given.keepHourly ?? own.keep_hourly,
    keep_daily: given.keepDaily ?? own.keep_daily,
  });
}
