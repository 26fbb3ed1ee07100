import { expect } from 'chai';
import { PitonError } from '../../src/core/errors.js';
import { flag, repeated, valued } from '../../src/cli/option.js';
import { isOption, readToken, type Token } from '../../src/cli/tokens.js';

const OPTIONS = {
  json: flag('a flag'),
  quiet: flag('another', 'q'),
  verbose: flag('a third', 'v'),
  reason: valued('<text>', 'a value', (text) => text, 'm'),
  path: repeated('<path>', 'values', (texts) => texts),
};

function token(...args: string[]): Token {
  return readToken(args, 0, OPTIONS);
}

describe('cli: tokens', () => {
  it('takes the argument after an option as its value, whatever it looks like', () => {
    for (const value of ['x', '-x', '--json', '--', '- a list', '', '-1', 'a=b', "'q'"]) {
      const expected = { words: [`--reason="${value}"`], next: 2, unknown: false };
      expect(token('--reason', value)).to.deep.equal(expected);
      expect(token('-m', value)).to.deep.equal(expected);
    }
  });

  it('takes a value after an equals sign or attached to the letter', () => {
    expect(token('--reason=a=b', 'c')).to.deep.include({ words: ['--reason="a=b"'], next: 1 });
    expect(token('--reason=', 'c')).to.deep.include({ words: ['--reason=""'], next: 1 });
    expect(token('--reason=a\nb')).to.deep.include({ words: ['--reason="a\nb"'] });
    expect(token('-mtext', 'c')).to.deep.include({ words: ['--reason="text"'], next: 1 });
  });

  it('splits letters', () => {
    expect(token('-qv')).to.deep.include({ words: ['--quiet', '--verbose'], next: 1 });
    expect(token('-qm', 'x')).to.deep.include({ words: ['--quiet', '--reason="x"'], next: 2 });
    expect(token('-qmx')).to.deep.include({ words: ['--quiet', '--reason="x"'], next: 1 });
  });

  it('leaves what it does not know', () => {
    expect(token('--bogus=1')).to.deep.equal({ words: ['--bogus=1'], next: 1, unknown: true });
    expect(token('-qz')).to.deep.equal({ words: ['--quiet', '-z'], next: 1, unknown: true });
    for (const name of ['__proto__', 'constructor', 'toString', '=', '-']) {
      expect(token(`--${name}`), name).to.deep.include({ unknown: true });
    }
  });

  it('leaves what is no option', () => {
    for (const text of ['word', '-', '-1', '-12', '']) {
      expect(isOption(text), text).to.equal(false);
      expect(token(text)).to.deep.equal({ words: [text], next: 1, unknown: false });
    }
    expect(isOption('--')).to.equal(false);
    for (const text of ['-a', '--a', '-\n', '--\n', '-ab', '---']) {
      expect(isOption(text), text).to.equal(true);
    }
  });

  it('refuses a missing value, and a value for a flag', () => {
    expect(() => token('--reason')).to.throw(PitonError, '--reason needs a value: <text>');
    expect(() => token('-m')).to.throw(PitonError, '-m needs a value: <text>');
    expect(() => token('--json=false')).to.throw(PitonError, '--json takes no value');
  });
});
