import type { RetentionOptions } from '../api/types.js';
import { valued, type ValuesOf } from './option.js';
import { readAge, readCount } from './values.js';

/** Which checkpoints a plan keeps. */
export const KEEP_OPTIONS = {
  'keep-last': valued('<n>', 'keep so many of the newest checkpoints (50)', readCount),
  'keep-within': valued('<time>', 'keep all that are younger: 0, 12h, 7d (7d)', readAge),
  'keep-hourly': valued('<n>', 'keep the newest of so many hours (24)', readCount),
  'keep-daily': valued('<n>', 'keep the newest of so many days (14)', readCount),
};

/** The same as the library calls them; undefined when none was given. */
export function keptBy(options: ValuesOf<typeof KEEP_OPTIONS>): RetentionOptions | undefined {
  const kept: [keyof RetentionOptions, number | undefined][] = [
    ['keepLast', options['keep-last']],
    ['keepWithinSeconds', options['keep-within']],
    ['keepHourly', options['keep-hourly']],
    ['keepDaily', options['keep-daily']],
  ];
  const given = kept.filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}
