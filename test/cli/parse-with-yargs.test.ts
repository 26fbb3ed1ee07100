import { expect } from 'chai';
import fc from 'fast-check';
import { flag, repeated, valued } from '../../src/cli/option.js';
import { parseArguments } from '../../src/cli/parse-arguments.js';
import { parseWithYargs } from '../../src/cli/parse-with-yargs.js';
import { isOption, readToken } from '../../src/cli/tokens.js';

const OPTIONS = {
  json: flag('a flag', 'j'),
  'no-color': flag('what could be a negation'),
  reason: valued('<text>', 'a value', (text) => text, 'm'),
  path: repeated('<path>', 'values', (texts) => texts),
};

const TEXT = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('"', "''", '-', '-1', '--', '=', '', '--json', '"x"', '1e3'),
);
const PIECE = fc.oneof(
  fc.constantFrom(['--json'], ['-j'], ['-jj'], ['--no-color']),
  TEXT.filter((text) => !isOption(text) && text !== '--').map((text) => [text]),
  TEXT.map((text) => ['-m', text]),
  TEXT.map((text) => [`--reason=${text}`]),
  TEXT.map((text) => ['--path', text]),
);

/** What yargs makes of arguments before `--`. */
function byYargs(args: readonly string[]) {
  const words: string[] = [];
  for (let index = 0; index < args.length;) {
    const token = readToken(args, index, OPTIONS);
    words.push(...token.words);
    index = token.next;
  }
  return parseWithYargs(words, OPTIONS, '/');
}

describe('cli: parse with yargs', () => {
  it('makes the same of known options as its parser alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(PIECE), async (pieces) => {
        const args = pieces.flat();
        const { options, positionals } = await parseArguments(args, OPTIONS, '/');
        const expected = await byYargs(args);
        expect([...options]).to.deep.equal([...expected.options]);
        expect(positionals).to.deep.equal(expected.positionals);
      }),
    );
  });
});
