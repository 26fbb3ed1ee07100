import type { GitConfig } from '../store/repository-types.js';

/** As git's own default (gc.pruneExpire in git-config(1)). */
const DEFAULT_DAYS = 14;
const DEFAULT_EXPIRY = '2.weeks.ago';
const NEVER = 'never';

const AGO = /^(\d{1,6})[ .]+(second|minute|hour|day|week|month|year)s?[ .]+ago$/i;
const DAYS_BY_UNIT: Partial<Record<string, number>> = {
  second: 1 / 86_400,
  minute: 1 / 1_440,
  hour: 1 / 24,
  day: 1,
  week: 7,
  month: 30,
  year: 365,
};

/**
 * For how long git is to leave alone what nothing refers to. The user's `gc.pruneExpire` counts
 * when it is longer than git's default: whoever can write the config of a workspace must not make
 * it shorter. What piton does not understand is taken as never, and so is a program that is to
 * tell of further objects to keep (`gc.recentObjectsHook`), for it is not run.
 */
export function pruneExpiry(config: GitConfig): string {
  if (config.get('gc.recentobjectshook') !== undefined) return NEVER;
  const stated = config.get('gc.pruneexpire');
  if (stated === undefined || stated === 'now') return DEFAULT_EXPIRY;
  const [, number, unit] = AGO.exec(stated) ?? [];
  if (number === undefined || unit === undefined) return NEVER;
  const days = Number(number) * (DAYS_BY_UNIT[unit.toLowerCase()] ?? Infinity);
  return days > DEFAULT_DAYS ? `${number}.${unit.toLowerCase()}s.ago` : DEFAULT_EXPIRY;
}
