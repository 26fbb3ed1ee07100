import { PitonError } from '../../core/errors.js';
import type { GitConfig } from '../repository-types.js';
import type { ConfigEntry } from './parse-config.js';

const TRUE = new Set(['true', 'yes', 'on']);
const FALSE = new Set(['false', 'no', 'off', '']);
const INTEGER = /^\s*([+-]?)(0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)([kmg]?)$/i;
const FACTORS: Partial<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** An entry, and whether it is the repository's own rather than the user's or the machine's. */
export interface OwnedEntry extends ConfigEntry {
  fromRepository: boolean;
}

/**
 * Entries by key. `get` gives `''` for a variable without `=`, which `getBoolean` takes as true.
 * `getBoolean` throws `UNSUPPORTED_REPOSITORY` for what git does not take as a boolean either.
 */
export function createConfig(entries: readonly OwnedEntry[]): GitConfig {
  const values = new Map<string, (string | null)[]>();
  const owners = new Map<string, boolean>();
  for (const { key, value, fromRepository } of entries) {
    owners.set(key, fromRepository);
    const known = values.get(key);
    if (known === undefined) values.set(key, [value]);
    else known.push(value);
  }
  const last = (key: string): string | null | undefined => values.get(key)?.at(-1);
  return {
    get: (key) => last(key) ?? (values.has(key) ? '' : undefined),
    getAll: (key) => (values.get(key) ?? []).map((value) => value ?? ''),
    getBoolean: (key) => parseBoolean(key, last(key)),
    getInteger: (key) => parseInteger(last(key) ?? ''),
    isFromRepository: (key) => owners.get(key) ?? true,
    keys: () => [...values.keys()],
  };
}

function parseBoolean(key: string, value: string | null | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (value === null || TRUE.has(value.toLowerCase())) return true;
  if (FALSE.has(value.toLowerCase())) return false;
  const number = parseInteger(value);
  if (number !== undefined) return number !== 0;
  throw new PitonError('UNSUPPORTED_REPOSITORY', `bad boolean in git config: ${key}`, {
    hint: `set ${key} to true or false`,
    details: { key, value },
  });
}

/** As git's git_parse_signed: C notation (decimal, 0x…, 0…) and a suffix k, m or g. */
function parseInteger(value: string): number | undefined {
  const match = INTEGER.exec(value);
  if (match === null) return undefined;
  const [, sign, digits = '', suffix = ''] = match;
  const octal = /^0[0-7]+$/.test(digits);
  const magnitude = octal ? Number.parseInt(digits, 8) : Number(digits);
  const number = magnitude * (FACTORS[suffix.toLowerCase()] ?? 1);
  if (!Number.isSafeInteger(number)) return undefined;
  return sign === '-' && number !== 0 ? -number : number;
}
