import { PitonError } from '../../core/errors.js';

/** One `key = value` line; `value` is null when the line had no `=` (a boolean that is true). */
export interface ConfigEntry {
  key: string;
  value: string | null;
}

const SPACE = /[ \t\r\n]/;
const LETTER = /[A-Za-z]/;
const KEY_CHARACTER = /[A-Za-z0-9-]/;
const BYTE_ORDER_MARK = '\xef\xbb\xbf';
const ESCAPES: Partial<Record<string, string>> = {
  n: '\n',
  t: '\t',
  b: '\b',
  '\\': '\\',
  '"': '"',
};

/** Why a file is no config file; becomes a PitonError once the line is known. */
class Malformed extends Error {}

/** The text of a config file one character at a time; the end reads as one more line end. */
class Cursor {
  line = 1;
  ended = false;
  readonly #text: string;
  #position: number;

  constructor(text: string) {
    this.#text = text;
    this.#position = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  }

  next(): string {
    const text = this.#text;
    if (text[this.#position] === '\r' && text[this.#position + 1] === '\n') this.#position += 1;
    const character = text[this.#position];
    this.#position += 1;
    if (character === undefined) this.ended = true;
    if (character === undefined || character === '\n') {
      this.line += 1;
      return '\n';
    }
    return character;
  }
}

/**
 * The entries of a git config file in their order, includes not followed. Sections and variables
 * come in lower case, subsections as they are. White space inside an unquoted value is kept.
 * Format: git-config(1), CONFIGURATION FILE, and the parser in git's config.c.
 * @param name how errors call the file
 * @throws {PitonError} `UNSUPPORTED_REPOSITORY` with `details.file` and `details.line`
 */
export function parseConfig(content: Uint8Array, name: string): ConfigEntry[] {
  const text = Buffer.from(content.buffer, content.byteOffset, content.length).toString('latin1');
  const cursor = new Cursor(text);
  const entries: ConfigEntry[] = [];
  let section = '';
  for (;;) {
    const character = nextOfStatement(cursor);
    if (character === undefined) return entries;
    const line = cursor.line;
    try {
      if (character === '[') section = `${readHeader(cursor)}.`;
      else entries.push(readVariable(cursor, section, character));
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      throw malformed(name, line, error.message);
    }
  }
}

function malformed(file: string, line: number, why: string): PitonError {
  return new PitonError('UNSUPPORTED_REPOSITORY', `bad config line ${line} in ${file}: ${why}`, {
    hint: `mend line ${line} of ${file}`,
    details: { file, line },
  });
}

/** The first character of the next header or variable, or undefined at the end of the file. */
function nextOfStatement(cursor: Cursor): string | undefined {
  let inComment = false;
  for (;;) {
    const character = cursor.next();
    if (cursor.ended) return undefined;
    if (character === '\n') inComment = false;
    else if (!inComment && (character === '#' || character === ';')) inComment = true;
    else if (!inComment && !SPACE.test(character)) return character;
  }
}

function readHeader(cursor: Cursor): string {
  let name = '';
  for (;;) {
    const character = cursor.next();
    if (cursor.ended) throw new Malformed('the section header is not closed');
    if (character === ']') break;
    if (SPACE.test(character)) return `${name}.${readSubsection(cursor, character)}`;
    if (character !== '.' && !KEY_CHARACTER.test(character)) {
      throw new Malformed('a character that a section name cannot have');
    }
    name += character.toLowerCase();
  }
  if (name === '') throw new Malformed('an empty section name');
  return name;
}

function readSubsection(cursor: Cursor, space: string): string {
  let character = space;
  while (character !== '\n' && SPACE.test(character)) character = cursor.next();
  if (character !== '"') throw new Malformed('a subsection must be in quotes');
  let name = '';
  for (;;) {
    character = cursor.next();
    if (character === '"') break;
    if (character === '\\') character = cursor.next();
    if (character === '\n') throw new Malformed('the subsection is not closed');
    name += character;
  }
  if (cursor.next() !== ']') throw new Malformed('the section header is not closed');
  return decode(name);
}

function readVariable(cursor: Cursor, section: string, first: string): ConfigEntry {
  if (!LETTER.test(first)) throw new Malformed('a variable must begin with a letter');
  let name = first;
  let character = cursor.next();
  while (KEY_CHARACTER.test(character)) {
    name += character;
    character = cursor.next();
  }
  while (character === ' ' || character === '\t') character = cursor.next();
  const key = section + name.toLowerCase();
  if (character === '\n') return { key, value: null };
  if (character !== '=') throw new Malformed('"=" expected after the variable');
  return { key, value: decode(readValue(cursor)) };
}

function readValue(cursor: Cursor): string {
  let value = '';
  let quoted = false;
  // White space at the end does not count, but it is known to be the end only afterwards.
  let pendingSpace = '';
  for (;;) {
    let character = cursor.next();
    if (character === '\n' && quoted) throw new Malformed('the quotes are not closed');
    if (character === '\n') return value;
    if (!quoted && SPACE.test(character)) {
      if (value !== '') pendingSpace += character;
      continue;
    }
    if (!quoted && (character === '#' || character === ';')) {
      while (character !== '\n') character = cursor.next();
      return value;
    }
    value += pendingSpace;
    pendingSpace = '';
    if (character === '"') quoted = !quoted;
    else value += character === '\\' ? readEscape(cursor) : character;
  }
}

function readEscape(cursor: Cursor): string {
  const character = cursor.next();
  if (character === '\n') return '';
  const meant = ESCAPES[character];
  if (meant === undefined) throw new Malformed('an unknown escape');
  return meant;
}

function decode(latin1: string): string {
  if (latin1.includes('\0')) throw new Malformed('a NUL character');
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
