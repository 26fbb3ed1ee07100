import { PitonError } from '../core/errors.js';
import type { JsonObject } from '../api/types.js';

/** Deeper values overflow the stack of whoever writes them as JSON again. */
const MAX_DEPTH = 200;

const EXAMPLE = 'give an object, for example {"key": "value"}';

/** Keys that reach an object's prototype when code assigns to them. */
const REFUSED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * `k=v` pairs as one object. A value that is JSON is taken as such, all else as text; so is a
 * number that JavaScript cannot hold exactly, which would silently become another one.
 * @throws {PitonError} `USAGE`
 */
export function readPairs(texts: readonly string[], name: string): JsonObject | undefined {
  if (texts.length === 0) return undefined;
  return Object.fromEntries(texts.map((text) => pair(text, name)));
}

/**
 * The JSON object that a text holds.
 * @param name what the text is, for messages
 * @throws {PitonError} `USAGE`
 */
export function readJsonObject(text: string, name: string): JsonObject {
  const value = parsed(text, name);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PitonError('USAGE', `${name} is not a JSON object`, {
      hint: EXAMPLE,
    });
  }
  assertPlain(value, name);
  return value as JsonObject;
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as SyntaxError;
    throw new PitonError('USAGE', `${name} is not JSON: ${message}`, {
      hint: EXAMPLE,
      cause: error,
    });
  }
}

function pair(text: string, name: string): [string, unknown] {
  const separator = text.indexOf('=');
  if (separator < 1) {
    throw new PitonError('USAGE', `${name} takes key=value, not ${JSON.stringify(text)}`, {
      hint: `write a key, = and what it is to be, for example ${name} tests=12`,
    });
  }
  const key = text.slice(0, separator);
  if (REFUSED_KEYS.has(key)) throw refusedKey(key, name);
  return [key, pairValue(text.slice(separator + 1), name)];
}

function pairValue(text: string, name: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  if (typeof value === 'number' && !isExact(value)) return text;
  assertPlain(value, name);
  return value;
}

function isExact(value: number): boolean {
  return Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
}

/** Breadth first, not recursive: the depth is what is being checked. */
function assertPlain(root: unknown, name: string): void {
  let level: object[] = [root].filter(isObject);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) {
      throw new PitonError('USAGE', `${name} is nested deeper than ${MAX_DEPTH} levels`, {
        hint: 'keep it in a file of the workspace, and its path here',
      });
    }
    if (level.some((value) => Object.hasOwn(value, '__proto__'))) {
      throw refusedKey('__proto__', name);
    }
    level = level.flatMap((value) => Object.values(value).filter(isObject));
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function refusedKey(key: string, name: string): PitonError {
  return new PitonError('USAGE', `${name} must not have the key ${key}`, {
    hint: 'choose another key',
  });
}
