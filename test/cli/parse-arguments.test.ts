import { expect } from 'chai';
import fc from 'fast-check';
import { flag, repeated, valued } from '../../src/cli/option.js';
import { parseArguments } from '../../src/cli/parse-arguments.js';
import { PitonError } from '../../src/core/errors.js';

const OPTIONS = {
  help: flag('words that yargs keeps for itself', 'h'),
  version: flag('the other one'),
  'no-color': flag('what could be a negation'),
  'dry-run': flag('what could be written in camel case'),
  reason: valued('<text>', 'a value', (text) => text, 'm'),
  path: repeated('<path>', 'values', (texts) => texts),
};

async function parse(...args: string[]) {
  return parseArguments(args, OPTIONS, '/');
}

async function errorOf(...args: string[]): Promise<PitonError> {
  try {
    await parse(...args);
  } catch (error) {
    expect(error).to.be.instanceOf(PitonError);
    return error as PitonError;
  }
  throw new Error('nothing was thrown');
}

describe('cli: parse arguments', () => {
  it('sorts options, positionals and what follows the dashes', async () => {
    const parsed = await parse('a', '--no-color', '--path=x', 'b', '--path', 'y', '--', '-m', '--');
    expect(Object.fromEntries(parsed.options)).to.deep.equal({
      'no-color': [''],
      path: ['x', 'y'],
    });
    expect(parsed.positionals).to.deep.equal(['a', 'b']);
    expect(parsed.rest).to.deep.equal(['-m', '--']);
  });

  it('knows options that yargs has a meaning for', async () => {
    const parsed = await parse('--help', '--version', '--dry-run', '--dry-run');
    expect([...parsed.options.keys()]).to.deep.equal(['help', 'version', 'dry-run']);
    expect(parsed.options.get('dry-run')).to.deep.equal(['']);
  });

  it('brings every text through as it is', async () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('"', "''"));
    await fc.assert(
      fc.asyncProperty(text, text, fc.array(text), async (reason, path, positionals) => {
        const parsed = await parse(
          '-m',
          reason,
          `--path=${path}`,
          '--path',
          reason,
          '--',
          ...positionals,
        );
        expect(parsed.options.get('reason')).to.deep.equal([reason]);
        expect(parsed.options.get('path')).to.deep.equal([path, reason]);
        expect(parsed.rest).to.deep.equal(positionals);
      }),
    );
  });

  it('takes no positional for a number', async () => {
    const { positionals } = await parse('007', '1e3', '-5', '0x10', '1.0');
    expect(positionals).to.deep.equal(['007', '1e3', '-5', '0x10', '1.0']);
  });

  it('names an unknown option and a similar one', async () => {
    const near = await errorOf('--dryrun');
    expect(near).to.deep.include({ code: 'USAGE', hint: 'did you mean --dry-run?' });
    expect(near.message).to.equal('unknown option --dryrun');
    const letter = await errorOf('-x');
    expect(letter.message).to.equal('unknown option -x');
    expect(letter.hint).to.match(/--help/);
    expect((await errorOf('--color')).message).to.equal('unknown option --color');
    expect((await errorOf('--one', '--two=2')).message).to.equal('unknown option --one');
    expect((await errorOf('--__proto__', 'x')).message).to.match(/proto/);
    expect((await errorOf('--constructor=1')).message).to.equal('unknown option --constructor');
    expect((await errorOf('--dryRun')).message).to.equal('unknown option --dryRun');
    expect((await errorOf('--path.a=1')).message).to.equal('unknown option --path.a');
  });
});
