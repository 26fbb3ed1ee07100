import { asBytePath, ROOT, type BytePath } from '../core/byte-path.js';
import type { ChangesAnswer, ChangesQuestion, Mark } from '../checkpoint/ask-for-changes.js';

/*
 * Question and answer are one line of JSON each. A path is a text with one character for each of
 * its bytes, and stays that inside the JSON.
 */

const VERSION = 1;
const MARK = /^[0-9a-f]{32}$/;
const FACTS = /^[0-9a-f]{64}$/;

type Json = Record<string, unknown>;

function parseJson(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Json) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function parseMark(value: unknown): Mark | null {
  const { watch, sequence } = (value ?? {}) as Json;
  if (typeof watch !== 'string' || !MARK.test(watch)) return null;
  if (!Number.isSafeInteger(sequence) || (sequence as number) < 0) return null;
  return { watch, sequence: sequence as number };
}

export function formatQuestion({ since, facts }: ChangesQuestion): string {
  return `${JSON.stringify({ version: VERSION, since, facts })}\n`;
}

/** Null for what no piton of this version asks. */
export function parseQuestion(text: string): ChangesQuestion | null {
  const { version, since, facts } = parseJson(text);
  if (version !== VERSION || typeof facts !== 'string' || !FACTS.test(facts)) return null;
  return { since: parseMark(since), facts };
}

/** Null stands for no answer. */
export function formatAnswer(answer: ChangesAnswer | null): string {
  if (answer === null) return `${JSON.stringify({ version: VERSION })}\n`;
  const { mark, touched } = answer;
  const folders = touched && [...touched].map(([folder, names]) => [folder, [...names]]);
  return `${JSON.stringify({ version: VERSION, mark, touched: folders })}\n`;
}

/** A name that could lead elsewhere than into its folder. */
function isOdd(name: string): boolean {
  return name === '' || name === '.' || name === '..' || /[/\0\u0100-\uffff]/.test(name);
}

function parsePath(value: unknown): BytePath | null {
  if (value === '') return ROOT;
  if (typeof value !== 'string' || value.split('/').some(isOdd)) return null;
  return asBytePath(value);
}

function parseNames(value: unknown): Set<BytePath> | null {
  if (!Array.isArray(value)) return null;
  const names = value.filter((name) => typeof name === 'string' && !isOdd(name)) as BytePath[];
  return names.length === value.length ? new Set(names) : null;
}

/** Null for no answer, and for one that no piton of this version gives. */
export function parseAnswer(text: string): ChangesAnswer | null {
  const json = parseJson(text);
  const mark = parseMark(json['mark']);
  if (json['version'] !== VERSION || mark === null) return null;
  if (json['touched'] === null) return { mark, touched: null };
  if (!Array.isArray(json['touched'])) return null;
  const touched = new Map<BytePath, Set<BytePath>>();
  for (const pair of json['touched'] as unknown[]) {
    if (!Array.isArray(pair)) return null;
    const folder = parsePath(pair[0]);
    const names = parseNames(pair[1]);
    if (folder === null || names === null) return null;
    touched.set(folder, names);
  }
  return { mark, touched };
}
