import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { filesBelow, ROOT } from '../house/source.js';
import { isAsShown, isFailureShown, runCommands, settled, shownCommands } from './console.js';

/** Documents whose commands are run from the first to the last, as they stand. */
const DOCUMENTS = [
  'README.md',
  'docs/reference/checkpointing.md',
  ...filesBelow('docs/hosts', '.md'),
];

describe('docs: commands', () => {
  it('are taken from console blocks alone, with what they print', () => {
    const text = '```console\n$ a\nb\n\n$ c\n```\n```\n$ d\n```\n$ e\n';
    expect(shownCommands(text)).to.deep.equal([
      { line: 2, command: 'a', output: ['b'] },
      { line: 5, command: 'c', output: [] },
    ]);
  });

  it('are compared but for what is volatile', () => {
    const id = '01JV5K3T7Q8X9Y2Z4A6B8C0D1E';
    expect(settled([`${id}  1 second ago`], '/h')).to.deep.equal(['<id> <ago>']);
    expect(settled(['/h/x  git 2.39.5 ', '1.5 KiB'], '/h')).to.deep.equal([
      '~/x git <version>',
      '<bytes>',
    ]);
    expect(isAsShown(['a', '…', 'c'], ['a', 'b', 'b', 'c'])).to.equal(true);
    expect(isAsShown(['a', '…'], ['a'])).to.equal(true);
    expect(isAsShown(['a'], ['a', 'b'])).to.equal(false);
    expect(isAsShown(['a', 'b'], ['a'])).to.equal(false);
  });

  for (const document of DOCUMENTS) {
    it(`of ${document} do what it says`, () => {
      const shown = shownCommands(readFileSync(join(ROOT, document), 'utf8'));
      expect(shown).not.to.be.empty;
      const { home, printed } = runCommands(shown);
      for (const [index, one] of shown.entries()) {
        const { output, status } = printed[index] ?? { output: [], status: -1 };
        const at = `${document}:${one.line}: ${one.command}`;
        expect(status === 0, `${at} ended with ${status}\n${output.join('\n')}`).to.equal(
          !isFailureShown(one),
        );
        const [expected, found] = [settled(one.output, home), settled(output, home)];
        if (!isAsShown(expected, found)) expect(found, at).to.deep.equal(expected);
      }
    });
  }
});
