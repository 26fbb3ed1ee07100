import { expect } from 'chai';
import { parseIgnoreFile, parseIgnorePattern } from '../../../src/worktree/ignore/ignore-rule.js';

function patternsOf(text: string): string[] {
  return parseIgnoreFile(Buffer.from(text, 'latin1')).map((rule) => rule.text);
}

describe('worktree/ignore/ignore-rule', () => {
  it('skips comments and empty lines and counts lines from 1', () => {
    const rules = parseIgnoreFile(Buffer.from('# note\n\n\\#a\n!b\n\r\n/\n!\nc'));
    expect(rules.map(({ line, text }) => [line, text])).to.deep.equal([
      [3, '\\#a'],
      [4, '!b'],
      [8, 'c'],
    ]);
  });

  it('takes a pattern apart', () => {
    expect(parseIgnorePattern('!/a b/', 7)).to.deep.equal({
      line: 7,
      text: '!/a b/',
      pattern: '/a b',
      negated: true,
      directoryOnly: true,
      anchored: true,
    });
    expect(parseIgnorePattern('\\!a', 1)).to.include({ negated: false, anchored: false });
  });

  it('trims spaces at the end, but not escaped ones, tabs or what a backslash ends', () => {
    expect(patternsOf('a  \nb\\ \nc\\  \nd\t\ne \t \nf\\\\ \n')).to.deep.equal([
      'a',
      'b\\ ',
      'c\\ ',
      'd\t',
      'e \t',
      'f\\\\',
    ]);
    expect(patternsOf('a \\')).to.deep.equal(['a \\']);
  });

  it('drops one CR at the end of a line, a byte order mark, and all after a NUL', () => {
    expect(patternsOf('\xef\xbb\xbfa\r\nb\r\r\nc\rd\ne\0f\ng \0h\ni\r')).to.deep.equal([
      'a',
      'b\r',
      'c\rd',
      'e',
      'g',
      'i',
    ]);
  });
});
