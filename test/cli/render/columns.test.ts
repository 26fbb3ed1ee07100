import { expect } from 'chai';
import { columns, displayWidth } from '../../../src/cli/render/columns.js';

describe('cli: columns', () => {
  it('aligns cells and leaves no spaces at the end', () => {
    const rows = [
      ['a', 'bbb', 'c'],
      ['aaa', 'b', ''],
      ['aa', '', ''],
    ];
    expect(columns(rows)).to.equal('a    bbb  c\naaa  b\naa\n');
    expect(columns([])).to.equal('');
    expect(columns([['a'], ['b', 'c']])).to.equal('a\nb  c\n');
  });

  it('counts what is seen', () => {
    expect(displayWidth('abc')).to.equal(3);
    expect(displayWidth('日本')).to.equal(4);
    expect(displayWidth('e\u0301')).to.equal(1);
    expect(displayWidth('🙂')).to.equal(2);
    expect(displayWidth('\x1b[31mred\x1b[39m')).to.equal(3);
    expect(
      columns([
        ['日本', 'x'],
        ['\x1b[31mab\x1b[39m', 'y'],
      ]),
    ).to.equal('日本  x\n\x1b[31mab\x1b[39m    y\n');
  });

  it('cuts last cells to the width of the terminal, as long as that makes sense', () => {
    const text = 'x'.repeat(60);
    const wide = columns(
      [
        ['id', text],
        ['id', 'short'],
      ],
      40,
    );
    expect(wide.split('\n')).to.deep.equal([`id  ${'x'.repeat(35)}…`, 'id  short', '']);
    expect(columns([['id', '日'.repeat(60)]], 40)).to.equal(`id  ${'日'.repeat(17)}…\n`);
    expect(columns([['id', text]], 10)).to.equal(`id  ${'x'.repeat(19)}…\n`);
    expect(columns([['id', text]], 64)).to.equal(`id  ${text}\n`);
  });
});
