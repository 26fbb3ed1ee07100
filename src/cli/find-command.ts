import { PitonError } from '../core/errors.js';
import { COMMANDS, type CommandEntry } from './command-table.js';
import { GLOBAL_OPTIONS, PLAN_OPTION } from './global-options.js';
import { suggestion } from './suggest.js';
import { isOption, readToken } from './tokens.js';

/** The arguments, split at the command's words. */
export interface FoundCommand {
  /** The command's words; fewer than a command has, or none, when no command was named. */
  words: readonly string[];
  entry: CommandEntry | undefined;
  /** The argument after the words, unless that is an option. */
  following: string | undefined;
  /** The other arguments: global options that stood before or between the words come first. */
  args: readonly string[];
}

const LEADING_OPTIONS = { ...GLOBAL_OPTIONS, ...PLAN_OPTION };

/**
 * Finds the command that is meant; global options may stand before and between its words.
 * @throws {PitonError} `USAGE` for an option before the words that is not a global one
 */
export function findCommand(argv: readonly string[]): FoundCommand {
  const words: string[] = [];
  const leading: string[] = [];
  let index = 0;
  while (entryOf(words) === undefined) {
    const arg = argv[index];
    if (arg === undefined || arg === '--') break;
    if (!isOption(arg)) {
      if (!isBeginning([...words, arg])) break;
      words.push(arg);
      index += 1;
      continue;
    }
    const token = readToken(argv, index, LEADING_OPTIONS);
    if (token.unknown && words.length === 0) throw misplacedOption(arg);
    if (token.unknown) break;
    leading.push(...argv.slice(index, token.next));
    index = token.next;
  }
  const arg = argv[index];
  return {
    words,
    entry: entryOf(words),
    following: arg === undefined || isOption(arg) || arg === '--' ? undefined : arg,
    args: [...leading, ...argv.slice(index)],
  };
}

/**
 * The command that was found.
 * @throws {PitonError} `USAGE` with the word that is wrong, or when one is missing
 */
export function commandOf(found: FoundCommand): CommandEntry {
  const { entry, words, following } = found;
  if (entry === undefined) throw noSuchCommand(found);
  // Those who know `plan checkpoint list` try `checkpoint list`: an argument too many, otherwise.
  const long = following === undefined ? undefined : entryOf(['plan', ...words, following]);
  if (long === undefined) return entry;
  throw new PitonError('USAGE', `unknown command ${quoted(words, following)}`, {
    hint: `did you mean ${JSON.stringify(long.words)}?`,
  });
}

function noSuchCommand({ words, following }: FoundCommand): PitonError {
  const group = words.join(' ');
  const known = nextWords(words);
  const see = `see piton ${group === '' ? '' : `${group} `}--help for the commands`;
  if (following === undefined) {
    const message = group === '' ? 'no command was given' : `"${group}" needs a further word`;
    return new PitonError('USAGE', message, { hint: see });
  }
  const near = suggestion(following, known);
  return new PitonError('USAGE', `unknown command ${quoted(words, following)}`, {
    hint: near === undefined ? see : `did you mean ${quoted(words, near)}?`,
  });
}

function quoted(words: readonly string[], last = ''): string {
  return JSON.stringify([...words, last].join(' '));
}

function entryOf(words: readonly string[]): CommandEntry | undefined {
  return COMMANDS.find((command) => command.words === words.join(' '));
}

/** The entries of a group of commands; all of them for no words. */
export function commandsOf(words: readonly string[]): readonly CommandEntry[] {
  const prefix = words.map((word) => `${word} `).join('');
  return COMMANDS.filter((command) => command.words.startsWith(prefix));
}

function isBeginning(words: readonly string[]): boolean {
  const text = words.join(' ');
  return COMMANDS.some((command) => `${command.words} `.startsWith(`${text} `));
}

function nextWords(words: readonly string[]): string[] {
  const next = commandsOf(words).map((command) => command.words.split(' ')[words.length] ?? '');
  return [...new Set(next)];
}

function misplacedOption(arg: string): PitonError {
  const option = arg.replace(/=.*$/s, '');
  return new PitonError('USAGE', `${option} is not an option of all commands`, {
    hint: 'options of one command come after its words',
    details: { option },
  });
}
