import { expect } from 'chai';
import type { ChangesAnswer, ChangesQuestion } from '../../src/checkpoint/ask-for-changes.js';
import { asBytePath } from '../../src/core/byte-path.js';
import { formatAnswer, formatQuestion, parseAnswer, parseQuestion } from '../../src/watch/wire.js';

const MARK = { watch: 'ab'.repeat(16), sequence: 4 };
const FACTS = 'cd'.repeat(32);

describe('watch: what is said at the socket', () => {
  it('is read as it was written, whatever bytes names have', () => {
    const questions: ChangesQuestion[] = [
      { since: MARK, facts: FACTS },
      { since: null, facts: FACTS },
    ];
    for (const question of questions) {
      expect(parseQuestion(formatQuestion(question))).to.deep.equal(question);
    }
    const touched = new Map([
      [asBytePath(''), new Set([asBytePath('a\xff\n"'), asBytePath('..a')])],
      [asBytePath('d/e'), new Set<never>()],
    ]);
    const answers: ChangesAnswer[] = [
      { mark: MARK, touched },
      { mark: MARK, touched: null },
    ];
    for (const answer of answers) expect(parseAnswer(formatAnswer(answer))).to.deep.equal(answer);
    expect(parseAnswer(formatAnswer(null))).to.equal(null);
    expect(formatAnswer({ mark: MARK, touched })).to.match(/^[^\n]+\n$/);
  });

  it('is no question unless it is whole and of this version', () => {
    const question = { version: 1, since: MARK, facts: FACTS };
    for (const odd of [{ version: 2 }, { facts: 'x' }, { facts: 7 }]) {
      expect(parseQuestion(JSON.stringify({ ...question, ...odd }))).to.equal(null);
    }
    for (const text of ['', '{', 'null', '7']) expect(parseQuestion(text), text).to.equal(null);
    for (const since of [7, { ...MARK, watch: 'x' }, { ...MARK, sequence: -1 }, { watch: 7 }]) {
      const parsed = parseQuestion(JSON.stringify({ ...question, since }));
      expect(parsed).to.deep.equal({ since: null, facts: FACTS });
    }
  });

  it('is no answer when it is of another version, or a name leads elsewhere', () => {
    const odd: object[] = [
      { version: 2, mark: MARK, touched: null },
      { version: 1, mark: { ...MARK, sequence: 1.5 }, touched: null },
      { version: 1, mark: MARK },
      ...[7, [7], [['a']], [[7, []]], [['a', 'b']], [['a', [7]]]].map((touched) => {
        return { version: 1, mark: MARK, touched };
      }),
      ...['..', 'a/../b', '/a', 'a//b', '.', 'a\0', '\u0100'].map((folder) => {
        return { version: 1, mark: MARK, touched: [[folder, []]] };
      }),
      ...['..', 'a/b', '', '.', 'a\0', '\u0100'].map((name) => {
        return { version: 1, mark: MARK, touched: [['a', ['b', name]]] };
      }),
    ];
    for (const answer of odd) {
      expect(parseAnswer(JSON.stringify(answer)), JSON.stringify(answer)).to.equal(null);
    }
  });
});
