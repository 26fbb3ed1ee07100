import parser from 'yargs-parser';
import type { Options } from './option.js';
import { PARSER_CONFIGURATION, parsedWords, type ParsedWords } from './parser.js';
import { readToken, type Token } from './tokens.js';

/** Arguments sorted out, their texts not yet read. */
export interface ParsedArguments extends ParsedWords {
  /** What follows `--`. */
  rest: readonly string[];
}

/**
 * Sorts the arguments after a command's words into options, positionals and what follows `--`.
 * The parser of yargs does it. Yargs itself judges what is unknown; loading that for all else would
 * take longer than many a command.
 * @param directory where yargs is told to be, so that it does not ask the process
 * @throws {PitonError} `USAGE`
 */
export async function parseArguments(
  args: readonly string[],
  options: Options,
  directory: string,
): Promise<ParsedArguments> {
  const { tokens, rest } = tokensOf(args, options);
  const head = tokens.flatMap(({ words }) => words);
  if (!tokens.some(({ unknown }) => unknown)) return { ...parse(head, options), rest };
  const { parseWithYargs } = await import('./parse-with-yargs.js');
  return { ...(await parseWithYargs(head, options, directory)), rest };
}

function tokensOf(
  args: readonly string[],
  options: Options,
): { tokens: Token[]; rest: readonly string[] } {
  const tokens: Token[] = [];
  let index = 0;
  while (index < args.length && args[index] !== '--') {
    const token = readToken(args, index, options);
    tokens.push(token);
    index = token.next;
  }
  return { tokens, rest: args.slice(index + 1) };
}

function parse(words: string[], options: Options): ParsedWords {
  const all = Object.entries(options);
  const named = (isFlag: boolean): string[] =>
    all.filter(([, { value }]) => (value === null) === isFlag).map(([name]) => name);
  const parsed = parser(words, {
    string: named(false),
    boolean: named(true),
    configuration: PARSER_CONFIGURATION,
  });
  return parsedWords(parsed, options);
}
