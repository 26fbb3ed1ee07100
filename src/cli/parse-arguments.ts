import type { Options } from './option.js';
import { readToken, type Token } from './tokens.js';

/** Arguments sorted out, their texts not yet read. */
export interface ParsedArguments {
  /** By name; what was not given is absent, and the text of a flag is `''`. */
  options: ReadonlyMap<string, readonly string[]>;
  /** What is no option, and what follows `--` too when the command takes no paths there. */
  positionals: readonly string[];
  /** What follows `--`. */
  rest: readonly string[];
}

/**
 * Sorts the arguments after a command's words into options, positionals and what follows `--`.
 * Yargs judges what is unknown; loading it for all else would take longer than many a command.
 * @param directory where yargs is told to be, so that it does not ask the process
 * @throws {PitonError} `USAGE`
 */
export async function parseArguments(
  args: readonly string[],
  options: Options,
  directory: string,
): Promise<ParsedArguments> {
  const { tokens, rest } = tokensOf(args, options);
  if (!tokens.some(({ unknown }) => unknown)) return { ...sorted(tokens, options), rest };
  const { parseWithYargs } = await import('./parse-with-yargs.js');
  const head = tokens.flatMap(({ words }) => words);
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

function sorted(
  tokens: readonly Token[],
  options: Options,
): Pick<ParsedArguments, 'options' | 'positionals'> {
  const given = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const word of tokens.flatMap(({ words }) => words)) {
    // Only an option is written like this once it is a token; see `Token.words`.
    const [, name, text] = /^--([^=]+)(?:="(.*)")?$/s.exec(word) ?? [];
    if (name === undefined) positionals.push(word);
    else if (text === undefined) given.set(name, ['']);
    else given.set(name, [...(given.get(name) ?? []), text]);
  }
  const names = Object.keys(options).filter((name) => given.has(name));
  return { options: new Map(names.map((name) => [name, given.get(name) ?? []])), positionals };
}
