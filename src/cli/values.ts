import { PitonError } from '../core/errors.js';
import type { ReadText } from './option.js';

const SECONDS_BY_UNIT: Partial<Record<string, number>> = {
  '': 1,
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
};

/** Node's timers hold at most 2^31 - 1 milliseconds. */
const MAX_WAIT_SECONDS = 2_000_000;

/**
 * Refuses empty text: it comes from variables that a script forgot to set, and taking it for "not
 * given" would silently choose something else.
 * @throws {PitonError} `USAGE`
 */
export function readText(text: string, name: string): string {
  if (text === '')
    throw new PitonError('USAGE', `${name} is empty`, { hint: `give ${name} a value` });
  return text;
}

/** A whole number from 0. @throws {PitonError} `USAGE` */
export function readCount(text: string, name: string): number {
  return wholeNumber(text, name, 0);
}

/** A whole number from 1. @throws {PitonError} `USAGE` */
export function readPositive(text: string, name: string): number {
  return wholeNumber(text, name, 1);
}

/** `5m`, `30s`, `1h`, `2d` or seconds, as seconds. @throws {PitonError} `USAGE` */
export function readSeconds(text: string, name: string): number {
  return seconds(text, name, 1);
}

/** As `readSeconds`, and `0`. @throws {PitonError} `USAGE` */
export function readAge(text: string, name: string): number {
  return seconds(text, name, 0);
}

function seconds(text: string, name: string, least: number): number {
  const [, digits, unit] = /^([0-9]+)([a-z]*)$/.exec(text) ?? [];
  const value = Number(digits) * (SECONDS_BY_UNIT[unit ?? ''] ?? NaN);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new PitonError('USAGE', `${name} takes a time, not ${JSON.stringify(text)}`, {
    hint: 'write seconds, or a number with s, m, h or d, for example 5m',
  });
}

/** Seconds, also with a fraction, as milliseconds. @throws {PitonError} `USAGE` */
export function readWaitMilliseconds(text: string, name: string): number {
  const seconds = /^[0-9]+(?:\.[0-9]+)?$/.test(text) ? Number(text) : NaN;
  if (seconds <= MAX_WAIT_SECONDS) return Math.round(seconds * 1_000);
  throw new PitonError('USAGE', `${name} takes seconds, not ${JSON.stringify(text)}`, {
    hint: `write a number from 0 (do not wait) to ${MAX_WAIT_SECONDS}`,
  });
}

/** What `read` reads, or null for `none`. */
export function orNone<T>(read: ReadText<T>): ReadText<T | null> {
  return (text, name) => (text === 'none' ? null : read(text, name));
}

/** One of a few words. */
export function oneOf<T extends string>(words: readonly T[]): ReadText<T> {
  const read = (text: string, name: string): T => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    throw new PitonError('USAGE', `${name} does not take ${JSON.stringify(text)}`, {
      hint: `choose one of: ${words.join(', ')}`,
    });
  };
  return Object.assign(read, { choices: words });
}

function wholeNumber(text: string, name: string, least: number): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new PitonError('USAGE', `${name} takes a whole number, not ${JSON.stringify(text)}`, {
    hint: `write a number from ${least}`,
  });
}
