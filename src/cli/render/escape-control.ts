import type { JsonPath } from '../../core/byte-path.js';

/**
 * What moves the cursor, starts an escape sequence or turns the direction of writing: control
 * characters (C0, DEL, C1), line and paragraph separators, and the bidirectional controls.
 */
const CONTROL = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

const NAMED: Partial<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text from outside as it may be shown on a terminal: `\n`, `\x1b`, `\u202e`. */
export function escapeControl(text: string): string {
  return text.replace(CONTROL, (character) => NAMED[character] ?? escaped(character));
}

/** JSON text with the same characters as JSON's own escapes; they only occur inside strings. */
export function escapeControlInJson(json: string): string {
  return json.replace(CONTROL, (character) => `\\u${hex(character, 4)}`);
}

/** A path as people see it; bytes that are not UTF-8 as `\xff`. */
export function showPath(path: JsonPath): string {
  if (typeof path === 'string') return escapeControl(path);
  const bytes = Buffer.from(path.base64, 'base64').toString('latin1');
  return escapeControl(bytes.replace(/[\x80-\xff]/g, (byte) => `\\x${hex(byte, 2)}`));
}

function escaped(character: string): string {
  return character > '\xff' ? `\\u${hex(character, 4)}` : `\\x${hex(character, 2)}`;
}

function hex(character: string, digits: number): string {
  return character.charCodeAt(0).toString(16).padStart(digits, '0');
}
