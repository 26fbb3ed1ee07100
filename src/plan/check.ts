import { isId } from '../core/ids.js';
import { LIMITS } from '../core/limits.js';
import type { JsonObject } from './types.js';

/** What is wrong with a value and where. It never leaves this folder: who catches it knows whose
 * fault it is (a damaged file, a user's argument, a defect) and throws the PitonError for that. */
export class SchemaProblem extends Error {}

/** Gives the value back when it is a T. `at` names the field, for the message. */
export type Check<T> = (value: unknown, at: string) => T;

export interface Field<T> {
  check: Check<T>;
  /** Makes the value of a missing field; without it the field must be there. */
  fallback?: () => T;
}

/** Whether it is an object as JSON has them; its prototype may be another realm's. */
function isPlainObject(value: unknown): value is JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Refuses what JSON cannot hold, nesting beyond `LIMITS.planJsonDepth` (which also ends cycles),
 * and the key `__proto__`, with which a file could change the prototype of what it is merged into.
 * @throws {SchemaProblem}
 */
export function assertJson(value: unknown, at: string, depth = 0): void {
  if (depth > LIMITS.planJsonDepth) throw new SchemaProblem(`${at}: nested too deeply`);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (Array.isArray(value)) {
    // By index, since forEach would skip holes.
    for (let index = 0; index < value.length; index += 1) {
      assertJson(value[index], `${at}[${index}]`, depth + 1);
    }
    return;
  }
  if (!isPlainObject(value)) throw new SchemaProblem(`${at}: not a JSON value`);
  for (const [key, member] of Object.entries(value)) {
    if (key === '__proto__') throw new SchemaProblem(`${at}: the key __proto__ is not allowed`);
    assertJson(member, `${at}.${key}`, depth + 1);
  }
}

function checked<T>(accepts: (value: unknown) => value is T, expected: string): Check<T> {
  return (value, at) => {
    if (accepts(value)) return value;
    throw new SchemaProblem(`${at}: expected ${expected}`);
  };
}

const isText = (value: unknown): value is string => typeof value === 'string';
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/;

export const trueOrFalse = checked(
  (value): value is boolean => typeof value === 'boolean',
  'true or false',
);

export const anyText = checked(isText, 'text');

export const id = checked(
  (value): value is string => isText(value) && isId(value),
  'an id (26 characters, a ULID)',
);

export const isoText = checked(
  (value): value is string =>
    isText(value) && ISO_TIME.test(value) && !Number.isNaN(Date.parse(value)),
  'a time (ISO 8601, UTC)',
);

/** JSON has been established for the whole document before its fields are checked. */
export const object = checked(isPlainObject, 'an object');

/** Text of one line that has something on it; `max` in characters (code points). */
export function line(max: number): Check<string> {
  return checked(
    (value): value is string =>
      isText(value) && value.trim() !== '' && [...value].length <= max && !CONTROL.test(value),
    `text of 1 to ${max} characters without control characters`,
  );
}

export function integer(min: number): Check<number> {
  return checked(
    (value): value is number => Number.isSafeInteger(value) && Number(value) >= min,
    `a whole number, ${min} or more`,
  );
}

export const positive = checked(
  (value): value is number => typeof value === 'number' && Number.isFinite(value) && value > 0,
  'a number above 0',
);

export function oneOf<const T extends string>(...values: T[]): Check<T> {
  return checked(
    (value): value is T => values.some((known) => known === value),
    `one of ${values.join(', ')}`,
  );
}

export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value, at) => (value === null ? null : check(value, at));
}

export function listOf<T>(check: Check<T>): Check<T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw new SchemaProblem(`${at}: expected a list`);
    return value.map((member, index) => check(member, `${at}[${index}]`));
  };
}

/** An object with these fields, in this order, then whatever else it holds. */
export function record<T extends object>(fields: { [K in keyof T]: Field<T[K]> }): Check<T> {
  return (value, at) => {
    const given = object(value, at);
    const known = Object.entries<Field<unknown>>(fields).map(([key, field]) => {
      const name = at === '' ? key : `${at}.${key}`;
      if (Object.hasOwn(given, key)) return [key, field.check(given[key], name)] as const;
      if (field.fallback === undefined) throw new SchemaProblem(`${name}: missing`);
      return [key, field.fallback()] as const;
    });
    const others = Object.entries(given).filter(([key]) => !Object.hasOwn(fields, key));
    return Object.fromEntries([...known, ...others]) as T;
  };
}
