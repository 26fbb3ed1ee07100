import { PitonError } from '../core/errors.js';
import type { Option, Options } from './option.js';

/** One or more arguments that belong together. */
export interface Token {
  /** Unambiguous: `--name` or `--name=value`; what is no option of ours stays as it is. */
  words: string[];
  /** Where the next token begins. */
  next: number;
  /** Whether it is an option that is not among `options`. */
  unknown: boolean;
}

/**
 * Reads the token at `index`. An option that takes a value takes the argument after it whatever
 * that looks like, as git's do: `-m "- first point"` and `-m -x` are messages.
 * @throws {PitonError} `USAGE` for a value that is missing, or given to a flag
 */
export function readToken(args: readonly string[], index: number, options: Options): Token {
  const arg = args[index] ?? '';
  if (!isOption(arg)) return { words: [arg], next: index + 1, unknown: false };
  return arg.startsWith('--')
    ? longToken(args, index, arg, options)
    : shortToken(args, index, arg, options);
}

/** Whether an argument is an option; `-` and negative numbers are not. */
export function isOption(arg: string): boolean {
  return /^-(?:-|[^-0-9])./s.test(arg) || /^-[^-0-9]$/.test(arg);
}

function longToken(args: readonly string[], index: number, arg: string, options: Options): Token {
  const [, name = '', text] = /^--([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
  const option = find(options, name);
  if (option === undefined) return { words: [arg], next: index + 1, unknown: true };
  if (option.value === null) {
    if (text !== undefined)
      throw new PitonError('USAGE', `--${name} takes no value`, { hint: `write --${name} alone` });
    return { words: [arg], next: index + 1, unknown: false };
  }
  if (text !== undefined) return valueToken(name, text, index + 1);
  return valueToken(name, nextValue(args, index, `--${name}`, option.value), index + 2);
}

function shortToken(args: readonly string[], index: number, arg: string, options: Options): Token {
  const words: string[] = [];
  for (let at = 1; at < arg.length; at += 1) {
    const letter = arg.charAt(at);
    const [name, option] = findShort(options, letter);
    if (option === undefined)
      return { words: [...words, `-${letter}`], next: index + 1, unknown: true };
    if (option.value === null) {
      words.push(`--${name}`);
      continue;
    }
    const attached = arg.slice(at + 1);
    const next = attached === '' ? index + 2 : index + 1;
    const text = attached || nextValue(args, index, `-${letter}`, option.value);
    return { words: [...words, ...valueToken(name, text, next).words], next, unknown: false };
  }
  return { words, next: index + 1, unknown: false };
}

/** The parser of yargs strips a pair of quotes around a value: this one, not the user's own. */
function valueToken(name: string, text: string, next: number): Token {
  return { words: [`--${name}="${text}"`], next, unknown: false };
}

function nextValue(args: readonly string[], index: number, name: string, value: string): string {
  const text = args[index + 1];
  if (text !== undefined) return text;
  throw new PitonError('USAGE', `${name} needs a value: ${value}`);
}

function find(options: Options, name: string): Option<unknown> | undefined {
  return Object.hasOwn(options, name) ? options[name] : undefined;
}

function findShort(options: Options, letter: string): [string, Option<unknown> | undefined] {
  const found = Object.entries(options).find(([, { short }]) => short === letter);
  return found ?? [letter, undefined];
}
