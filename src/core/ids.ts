import { decodeTime, incrementBase32, isValid, ulid } from 'ulid';
import { PitonError } from './errors.js';

const ULID_FORM = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Whether the text is a ULID in its canonical upper-case form, safe to put in a ref name. */
export function isId(text: string): boolean {
  return ULID_FORM.test(text) && isValid(text);
}

/**
 * A new ULID that sorts after `after`, also within one millisecond or when the clock stepped back.
 * Callers hold the workspace lock, which makes the order hold between processes.
 */
export function nextId(now: number, after?: string | null): string {
  const fresh = ulid(now);
  if (after === undefined || after === null || fresh > after) return fresh;
  return incrementBase32(after);
}

/** The creation time that a ULID carries, in milliseconds since the Unix epoch. */
export function timeOfId(id: string): number {
  if (!isId(id)) throw new PitonError('STATE_DAMAGED', `not an id: ${JSON.stringify(id)}`);
  return decodeTime(id);
}
