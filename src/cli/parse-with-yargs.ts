import yargs from 'yargs';
import { PitonError } from '../core/errors.js';
import type { Options } from './option.js';
import { PARSER_CONFIGURATION, parsedWords, type ParsedWords } from './parser.js';
import { suggestion } from './suggest.js';

/**
 * Sorts words that `readToken` has made unambiguous into options and positionals.
 * @param directory where yargs is told to be, so that it does not ask the process
 * @throws {PitonError} `USAGE` for an unknown option, with one of a similar name if there is any
 */
export async function parseWithYargs(
  words: readonly string[],
  options: Options,
  directory: string,
): Promise<ParsedWords> {
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
  return parsedWords(parsed, options);
}

function declarations(options: Options): Record<string, { type: 'boolean' | 'string' }> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { value }]) => [
      name,
      { type: value === null ? 'boolean' : 'string' },
    ]),
  );
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
