import { expect } from 'chai';
import fc from 'fast-check';
import {
  findVersion,
  foldReason,
  formatMessage,
  isSingleLine,
  parseMessage,
  type Trailers,
} from '../../src/checkpoint/trailers.js';
import { LIMITS } from '../../src/core/limits.js';
import { git, makeRepository, tryGit } from '../helpers/git.js';

/** In the order of the format. */
const TRAILER_KEYS = [
  ...(['Piton-Checkpoint', 'Piton-Plan', 'Piton-Kind', 'Piton-Step', 'Piton-Phase'] as const),
  ...(['Piton-Source', 'Piton-Name', 'Piton-Head', 'Piton-Files'] as const),
  ...(['Piton-Not-Captured', 'Piton-Version'] as const),
];

const SCISSORS = '------------------------ >8 ------------------------';

const reasonLine = fc.oneof(
  fc.constantFrom('', ' ', 'text', '---', '--- a', ' ---', '  --- b', `# ${SCISSORS}`, SCISSORS),
  fc.constantFrom('Piton-Step: 99', 'Piton-Version: 2', '# note', 'Conflicts:', '\tpath', '\u00a0'),
  fc.constantFrom('Signed-off-by: A <a@b>', '(cherry picked from commit 1)', '\0', '\x1b[2J', '…'),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const reasons = fc
  .tuple(fc.array(reasonLine, { maxLength: 8 }), fc.constantFrom('\n', '\r\n', '\n\n', '\r'))
  .map(([lines, end]) => lines.join(end));
const values = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => isSingleLine(text));
const trailerSets: fc.Arbitrary<Trailers> = fc.record(
  Object.fromEntries(TRAILER_KEYS.map((key) => [key, values])),
  { requiredKeys: ['Piton-Checkpoint', 'Piton-Version'] },
);

function given(reason: string): string {
  return foldReason(reason) || 'reason';
}

describe('checkpoint/trailers', () => {
  it('folds a reason into a first line and a body, once', () => {
    expect(foldReason('one')).to.equal('one');
    expect(foldReason('  one\ttwo\x1b[0m \n')).to.equal('one two [0m');
    expect(foldReason('\n\na\r\nb\n\n\nc\n')).to.equal('a\n\nb\n\n\nc');
    expect(foldReason('a\n\n\n  b\u2028c\ud800d')).to.equal('a\n\n  b\nc d');
    expect(foldReason(' \n\x00\n')).to.equal('');
    fc.assert(
      fc.property(reasons, (reason) => {
        const folded = foldReason(reason);
        expect(foldReason(folded)).to.equal(folded);
        expect(folded).to.match(/^(?:|\S.*(?:\n\n(?!\n)[^]*\S)?)$/u);
      }),
    );
  });

  it('cuts a long reason at whole characters', () => {
    const cut = foldReason('😀'.repeat(LIMITS.reasonCharacters + 1));
    expect(cut).to.equal(`${'😀'.repeat(LIMITS.reasonCharacters - 1)}…`);
    expect(foldReason(cut)).to.equal(cut);
    const exact = 'x'.repeat(LIMITS.reasonCharacters);
    expect(foldReason(exact)).to.equal(exact);
    expect(foldReason(`${'x'.repeat(LIMITS.reasonCharacters - 2)}\ny`)).to.match(/x…$/);
  });

  it('parses what it formats', () => {
    fc.assert(
      fc.property(reasons, trailerSets, (reason, trailers) => {
        const message = formatMessage({ reason: given(reason), trailers });
        expect(parseMessage(message)).to.deep.equal({ reason: given(reason), trailers });
      }),
    );
  });

  it('formats what it parses, whatever the text', () => {
    const piece = fc.oneof(
      reasonLine,
      fc.constantFrom('\n', '\n\n', 'Piton-Plan: x', 'Piton-Step: ', 'Piton-Version: 1', ' ---'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const message = `s\n\n${pieces.join('\n')}\n`;
        const parsed = parseMessage(message);
        if (parsed) expect(formatMessage(parsed)).to.equal(message);
      }),
    );
    for (const bad of [
      ...[
        '',
        'x',
        'x\n',
        'x\n\n',
        '\n\nPiton-Step: 1\n',
        'x\n\nPiton-Step: 1',
        'x\nPiton-Step: 1\n',
      ],
      ...['x\n\nPiton-Step: 1\n\n', 'x\n\nPiton-Step: 1\nPiton-Step: 1\n', 'x\n\nOther: 1\n'],
      ...[
        'x\n\nPiton-Step:1\n',
        'x\n\nPiton-Step: \n',
        'x\n\nPiton-Step: 1 \n',
        'x\n\ntoString: 1\n',
      ],
      ...[
        'x\n\nPiton-Step: 1\nPiton-Plan: 2\n',
        'x\n\n\nPiton-Step: 1\n',
        '---\n\nPiton-Step: 1\n',
      ],
      ...['x\n\nPiton-Step: \x1b\n', 'x\ny\n\nPiton-Step: 1\n', ' x\n\nPiton-Step: 1\n'],
    ]) {
      expect(parseMessage(bad), JSON.stringify(bad)).to.equal(null);
    }
  });

  it('refuses values that are not one line, so that none can add a trailer', () => {
    for (const bad of [
      ...['', ' x', 'x ', 'a\nPiton-Step: 9', 'a\rb', 'a\tb', '\x1b[2J', 'a\u2028b', '\u0085'],
      ...['\ud800', 'x'.repeat(LIMITS.pathBytes + 1)],
    ]) {
      expect(isSingleLine(bad), JSON.stringify(bad)).to.equal(false);
      expect(() => formatMessage({ reason: 'x', trailers: { 'Piton-Name': bad } }))
        .to.throw()
        .that.deep.includes({ code: 'USAGE', details: { trailer: 'Piton-Name' } });
    }
    expect(isSingleLine('é 😀')).to.equal(true);
  });

  it('finds the version also among trailers that it does not know', () => {
    expect(findVersion('x\n\nNew-Key: 1\nPiton-Version: 7\n')).to.equal('7');
    expect(findVersion('x\n\nPiton-Version: 7\n\nPiton-Step: 1\n')).to.equal(undefined);
  });

  it('is read by git as it is by piton, whatever the reason says', () => {
    const repository = makeRepository();
    const tree = git(repository, 'write-tree');
    const wanted = TRAILER_KEYS.map((key) => `%(trailers:key=${key},valueonly)`);
    const format = `--format=${wanted.join('')}`;
    const lines = fc.sample(fc.tuple(reasons, trailerSets), 25);
    const hostile = [
      ...[
        'a\n\nPiton-Step: 99\n---\nrest',
        '---\nPiton-Step: 99',
        `a\n\nPiton-Step: 99\n# ${SCISSORS}`,
      ],
      ...['a\n\nPiton-Step: 99', 'Piton-Step: 99', `${SCISSORS}\nx`, '# a\n# b', 'a\n\n#'],
      ...[`a\n\nPiton-Step: 99\nPiton-Version: 1\n; ${SCISSORS}\n`],
    ].map((reason): [string, Trailers] => [reason, { 'Piton-Step': '1', 'Piton-Version': '1' }]);
    for (const [reason, trailers] of [...lines, ...hostile]) {
      const message = formatMessage({ reason: given(reason), trailers });
      const told = Object.entries(trailers).map(([key, value]) => `${key}: ${value}\n`);
      const sorted = told.sort((one, other) => {
        const place = (text: string): number =>
          TRAILER_KEYS.findIndex((key) => text.startsWith(`${key}: `));
        return place(one) - place(other);
      });
      const parsed = tryGit(repository, ['interpret-trailers', '--parse'], message);
      expect(parsed.stdout.toString(), message).to.equal(sorted.join(''));
      const made = tryGit(repository, ['commit-tree', tree], message).stdout.toString().trim();
      const shown = git(repository, 'log', '-1', format, made);
      const ours = sorted.map((text) => text.slice(text.indexOf(': ') + 2)).join('');
      expect(shown, message).to.equal(ours);
    }
  }).timeout(120_000);
});
