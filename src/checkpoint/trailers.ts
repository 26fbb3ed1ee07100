import { PitonError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';

/** The trailers of a checkpoint's commit message, in the order they are written. */
const TRAILER_KEYS = [
  'Piton-Checkpoint',
  'Piton-Plan',
  'Piton-Kind',
  'Piton-Step',
  'Piton-Phase',
  'Piton-Source',
  'Piton-Name',
  'Piton-Head',
  'Piton-Files',
  'Piton-Not-Captured',
  'Piton-Version',
] as const;

export type TrailerKey = (typeof TRAILER_KEYS)[number];
export type Trailers = Partial<Record<TrailerKey, string>>;

export interface CheckpointMessage {
  /** In the form that `foldReason` gives; not empty, or git would take the trailers for a title. */
  reason: string;
  trailers: Trailers;
}

/** Everything that moves a terminal's cursor, ends a line, or cannot be written as UTF-8. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u;
const UNPRINTABLES = new RegExp(UNPRINTABLE, 'gu');

/** Whether a text is printable, on one line of bounded length, not empty, and trimmed. */
export function isSingleLine(text: string): boolean {
  if (text === '' || text.length > LIMITS.pathBytes) return false;
  return text === text.trim() && !UNPRINTABLE.test(text);
}

function foldLine(line: string): string {
  return line.replace(UNPRINTABLES, ' ').trimEnd();
}

/**
 * The form in which a reason is kept: a first line, and whatever else it says below a blank line.
 * Control characters become spaces, and what is beyond `LIMITS.reasonCharacters` is cut off, so
 * that no reason can keep a checkpoint from being made. Folding again changes nothing.
 */
export function foldReason(reason: string): string {
  const lines = reason.split(/\r\n|[\n\r\u2028\u2029]/);
  const text = lines.map(foldLine).join('\n').trim();
  const [first = '', ...rest] = text.split('\n');
  const body = rest.join('\n').replace(/^\n+/, '');
  const folded = body === '' ? first.trim() : `${first.trim()}\n\n${body}`;
  const characters = [...folded];
  if (characters.length <= LIMITS.reasonCharacters) return folded;
  return `${characters
    .slice(0, LIMITS.reasonCharacters - 1)
    .join('')
    .trimEnd()}…`;
}

/**
 * Lines at which git takes a message to be over: `---` begins a patch, and a comment sign with
 * the scissors hides the rest. A reason could use them to put trailers of its own last. A space
 * before such a line takes its meaning away; reading takes the space off again.
 */
const ENDS_MESSAGE = /^ *---|-{24} >8 -{24}/;

function guardLine(line: string): string {
  return ENDS_MESSAGE.test(line) ? ` ${line}` : line;
}

function unguardLine(line: string): string {
  return line.startsWith(' ') && ENDS_MESSAGE.test(line) ? line.slice(1) : line;
}

/**
 * A commit message: the reason, a blank line, the trailers. The trailers are the last paragraph
 * and git looks at no other, so nothing that the reason says can pass for one.
 * @throws {PitonError} `USAGE` with `details.trailer` when a value is not a single line.
 */
export function formatMessage({ reason, trailers }: CheckpointMessage): string {
  const lines: string[] = [];
  for (const key of TRAILER_KEYS) {
    const value = trailers[key];
    if (value === undefined) continue;
    if (!isSingleLine(value)) {
      throw new PitonError('USAGE', `${key} must be one short line of printable text`, {
        hint: 'leave out control characters and white space at the ends',
        details: { trailer: key },
      });
    }
    lines.push(`${key}: ${value}`);
  }
  const text = foldReason(reason).split('\n').map(guardLine).join('\n');
  return `${text}\n\n${lines.join('\n')}\n`;
}

function parseTrailers(paragraph: string): Trailers | null {
  const trailers: Trailers = {};
  for (const line of paragraph.split('\n')) {
    const [, name, value] = /^([A-Za-z-]+): (.*)$/.exec(line) ?? [];
    const key = TRAILER_KEYS.find((known) => known === name);
    if (key === undefined) return null;
    trailers[key] = value!;
  }
  return trailers;
}

/** The value of `Piton-Version` in the last paragraph, whatever else stands there. */
export function findVersion(message: string): string | undefined {
  const paragraph = message.slice(message.lastIndexOf('\n\n') + 2);
  return /^Piton-Version: (.*)$/m.exec(paragraph)?.[1];
}

/** The inverse of `formatMessage`; null for every text that it does not write. */
export function parseMessage(message: string): CheckpointMessage | null {
  const end = message.lastIndexOf('\n\n');
  if (end < 0 || !message.endsWith('\n')) return null;
  const trailers = parseTrailers(message.slice(end + 2, -1));
  if (trailers === null) return null;
  const reason = message.slice(0, end).split('\n').map(unguardLine).join('\n');
  if (reason === '' || !Object.values(trailers).every(isSingleLine)) return null;
  const parsed = { reason, trailers };
  return formatMessage(parsed) === message ? parsed : null;
}
