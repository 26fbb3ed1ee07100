import type { PlanOptions } from '../api/types.js';
import { valued, type ValuesOf } from './option.js';
import { orNone, readCount, readPositive, readSeconds, readText } from './values.js';

/** The settings of a plan, given when it is made or later. */
export const PLAN_SETTINGS = {
  'max-reversions': valued('<n|none>', 'how many rollbacks it allows (10)', orNone(readCount)),
  'every-steps': valued(
    '<n|none>',
    'take a checkpoint on completing every <n>th step',
    orNone(readPositive),
  ),
  every: valued('<time|none>', 'take one after so much activity: 30s, 5m, 1h', orNone(readSeconds)),
  phase: valued('<text>', 'what the work is at (execute)', readText),
};

/** The same as the library calls them. */
export function settingsOf(
  options: ValuesOf<typeof PLAN_SETTINGS>,
): Pick<PlanOptions, 'maxReversions' | 'everySteps' | 'everySeconds' | 'phase'> {
  return {
    maxReversions: options['max-reversions'],
    everySteps: options['every-steps'],
    everySeconds: options.every,
    phase: options.phase,
  };
}
