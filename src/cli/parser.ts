import type { Options } from './option.js';

/** All that guesses at what a text means is off. */
export const PARSER_CONFIGURATION = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
} as const;

/** What yargs gives of words in which nothing is left to guess. */
export interface ParsedWords {
  /** By name; what was not given is absent, and the text of a flag is `''`. */
  options: ReadonlyMap<string, readonly string[]>;
  positionals: readonly string[];
}

/** @param parsed the record that both yargs and its parser give */
export function parsedWords(parsed: Record<string, unknown>, options: Options): ParsedWords {
  const texts = new Map<string, readonly string[]>();
  for (const name of Object.keys(options)) {
    const value = parsed[name];
    if (value === undefined) continue;
    texts.set(name, value === true ? [''] : ([value].flat() as string[]));
  }
  return { options: texts, positionals: parsed['_'] as string[] };
}
