import { DEFAULTS } from '../core/limits.js';
import type { EngineName } from '../core/types.js';
import { flag, repeated, valued, type ValuesOf } from './option.js';
import { oneOf, readText, readWaitMilliseconds } from './values.js';

const ENGINES: readonly (EngineName | 'auto')[] = ['auto', 'native', 'embedded'];

export const readEngine = oneOf(ENGINES);

/** What every command takes, also before its words. */
export const GLOBAL_OPTIONS = {
  directory: repeated(
    '<dir>',
    'run as if started in <dir>',
    (texts, name) => texts.map((text) => readText(text, name)),
    'C',
  ),
  json: flag('print one JSON document on standard output'),
  quiet: flag('print nothing but errors', 'q'),
  verbose: flag('print more', 'v'),
  'no-color': flag('print without colours'),
  engine: valued('<name>', `${ENGINES.join(', ')}: how git is reached (auto)`, readEngine),
  'lock-timeout': valued(
    '<seconds>',
    `wait so long for another process (${DEFAULTS.lockTimeoutMs / 1_000})`,
    readWaitMilliseconds,
  ),
  yes: flag('answer yes to every question'),
  help: flag('print this help', 'h'),
  version: flag("print piton's version"),
};

/** What commands that work on the current plan take. */
export const PLAN_OPTION = {
  plan: valued('<plan>', 'work on this plan instead of the current one', readText),
};

export type GlobalValues = ValuesOf<typeof GLOBAL_OPTIONS>;
