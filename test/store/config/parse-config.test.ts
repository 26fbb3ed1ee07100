import { expect } from 'chai';
import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PitonError } from '../../../src/core/errors.js';
import { parseConfig } from '../../../src/store/config/parse-config.js';
import { tryGit } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';

const directory = tempDirectory();

function parsed(text: string | Buffer): string[] {
  return parseConfig(Buffer.from(text), 'F').map(({ key, value }) =>
    value === null ? key : `${key}\n${value}`,
  );
}

/** What git reads, or null when it refuses the file. */
function byGit(text: string | Buffer): string[] | null {
  const file = join(directory, 'config');
  writeFileSync(file, text);
  const run = tryGit(directory, ['config', '-z', '--list', '--file', file]);
  return run.status === 0 ? run.stdout.toString().split('\0').slice(0, -1) : null;
}

function byPiton(text: string | Buffer): string[] | null {
  try {
    return parsed(text);
  } catch (error) {
    if (error instanceof PitonError) return null;
    throw error;
  }
}

function refusal(text: string): PitonError {
  try {
    parsed(text);
  } catch (error) {
    if (error instanceof PitonError) return error;
  }
  throw new Error(`was taken: ${JSON.stringify(text)}`);
}

const ODD = [
  '',
  '\ufeff[a]\nb = c',
  '\ufeff',
  '[a]\r\nb = c\r\n',
  '[a]\nb = c\r',
  '[a]\nb = c \\\r\n d\n',
  '[a] b = c ; d',
  '[A.B]\nC-d = E',
  '[A "B.c\\"\\\\\\d"]\ne',
  '[a   "b"]c=d#e',
  '[a ""]b=1',
  '[a]\nb = " c # d " # e',
  '[a]\nb = c" d"e  "" ',
  '[a]\nb = \\"\\\\\\n\\t\\b',
  '[a]\nb = c\\\n  d \\\n',
  '[a]\nb =\n[c]d',
  '[a]\nb=c\nb=d\nb',
  'b = c',
  '[a]\nb = é ü\n[x "É"]y=z',
  '# only\n; comments',
  '[a]\nb = x\\',
  '[a]b=c[d]\n',
  '[a.]b',
  '[.]b',
];

const BAD = [
  '[a]b\n\n\n[c',
  '[a',
  '[a b]',
  '[a "b',
  '[a "b\n"]',
  '[a "b\\\n"]',
  '[a "b" ]',
  '[a\n"b"]c',
  '[]',
  '[a_b]\n',
  '[a]\n1b = c',
  '[a]\nb c',
  '[a]\nb = "c',
  '[a]\nb = \\x',
  '[a]\nb_c = d',
  '=',
  '\u00ef[a]',
];

describe('parseConfig', () => {
  for (const text of ODD) {
    it(`reads ${JSON.stringify(text)} as git does`, () => {
      expect(byGit(text)).to.be.an('array');
      expect(parsed(text)).to.deep.equal(byGit(text));
    });
  }

  for (const text of BAD) {
    it(`refuses ${JSON.stringify(text)} as git does`, () => {
      expect(byGit(text)).to.equal(null);
      expect(refusal(text).code).to.equal('UNSUPPORTED_REPOSITORY');
    });
  }

  it('names the file and the line of what is malformed', () => {
    const error = refusal('[a]\nb = c\n\n# d\n  e e\nf\n');
    expect(error.details).to.deep.equal({ file: 'F', line: 5 });
    expect(error.message).to.contain('line 5 in F');
  });

  it('names the line where an unfinished value begins', () => {
    expect(refusal('[a]\nb = "c\n').details['line']).to.equal(2);
  });

  it('refuses a NUL in a value, where git would cut the value short', () => {
    expect(refusal('[a]\nb = c\0d').message).to.contain('NUL');
  });

  it('keeps white space inside a value as it is', () => {
    expect(parsed('[a]\nb =\t c \t d\t ')).to.deep.equal(['a.b\nc \t d']);
  });

  it('reads what git reads and refuses what git refuses', () => {
    const piece = fc.constantFrom(
      ...['[', ']', '"', '\\', '=', ' ', '\n', '\r\n', '#', ';', 'a', 'B', '-', '.', '7', 'é'],
      ...['[sec]\n', '[S "Sub"]\n', 'key = value\n', '\\\n', '\\n', '\\"', '_', 'k=', '\ufeff'],
    );
    const text = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''));
    const inSection = text.map((body) => `[s]\nk = ${body}`);
    fc.assert(
      fc.property(fc.oneof(text, inSection), (sample) => {
        expect(byPiton(sample)).to.deep.equal(byGit(sample));
      }),
      { numRuns: 300 },
    );
  }).timeout(120_000);

  it('reads back any value that is quoted as git quotes it', () => {
    const anything = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0'));
    fc.assert(
      fc.property(anything, (value) => {
        const wellFormed = Buffer.from(value).toString();
        const quoted = wellFormed.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n');
        // CR before LF cannot be written, also not in quotes.
        fc.pre(!quoted.includes('\r'));
        expect(parsed(`[a]\nb = "${quoted}"\n`)).to.deep.equal([`a.b\n${wellFormed}`]);
      }),
    );
  });
});
