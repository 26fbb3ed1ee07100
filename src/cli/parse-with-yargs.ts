import yargs from 'yargs';
import { PitonError } from '../core/errors.js';
import type { Options } from './option.js';
import type { ParsedArguments } from './parse-arguments.js';
import { suggestion } from './suggest.js';

/** All that guesses at what a text means is off. */
const PARSER_CONFIGURATION = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
} as const;

/**
 * Sorts words that `readToken` has made unambiguous into options and positionals.
 * @param directory where yargs is told to be, so that it does not ask the process
 * @throws {PitonError} `USAGE` for an unknown option, with one of a similar name if there is any
 */
export async function parseWithYargs(
  words: readonly string[],
  options: Options,
  directory: string,
): Promise<Pick<ParsedArguments, 'options' | 'positionals'>> {
  const parser = yargs([], directory)
    .parserConfiguration(PARSER_CONFIGURATION)
    .help(false)
    .version(false)
    .options(declarations(options))
    .strictOptions()
    .detectLocale(false)
    .exitProcess(false)
    .fail(false);
  let parsed: Record<string, unknown>;
  try {
    parsed = await parser.parseAsync(words);
  } catch (error) {
    // There are no handlers and no coercions here: what yargs refuses is an unknown option.
    throw unknownOption((error as Error).message, options);
  }
  return { options: textsByOption(parsed, options), positionals: parsed['_'] as string[] };
}

function declarations(options: Options): Record<string, { type: 'boolean' | 'string' }> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { value }]) => [
      name,
      { type: value === null ? 'boolean' : 'string' },
    ]),
  );
}

function textsByOption(
  parsed: Record<string, unknown>,
  options: Options,
): Map<string, readonly string[]> {
  const texts = new Map<string, readonly string[]>();
  for (const name of Object.keys(options)) {
    const value = parsed[name];
    if (value === undefined) continue;
    texts.set(name, value === true ? [''] : ([value].flat() as string[]));
  }
  return texts;
}

function unknownOption(complaint: string, options: Options): PitonError {
  const [first = ''] = complaint.replace(/^Unknown arguments?: /, '').split(', ');
  const near = suggestion(first, Object.keys(options));
  const name = first.length === 1 ? `-${first}` : `--${first}`;
  return new PitonError('USAGE', `unknown option ${name}`, {
    hint: near === undefined ? 'see --help for the options' : `did you mean --${near}?`,
    details: { option: name },
  });
}
