import { expect } from 'chai';
import fc from 'fast-check';
import { diffLines, splitLines, type LineChange } from '../../src/worktree/line-diff.js';

function applied(before: string[], after: string[], changes: LineChange[]): string[] {
  let result: string[] = [];
  let at = 0;
  for (const { oldStart, oldCount, newStart, newCount } of changes) {
    result = result.concat(before.slice(at, oldStart));
    expect(result.length).to.equal(newStart);
    result = result.concat(after.slice(newStart, newStart + newCount));
    at = oldStart + oldCount;
  }
  return result.concat(before.slice(at));
}

function longestCommon(before: string[], after: string[]): number {
  let row = new Array<number>(after.length + 1).fill(0);
  for (const line of before) {
    const next = [0];
    after.forEach((other, j) => {
      next.push(line === other ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!));
    });
    row = next;
  }
  return row[after.length]!;
}

const lines = fc.array(fc.constantFrom('a\n', 'b\n', 'c\n', 'd\n', '\n'), { maxLength: 25 });

describe('worktree/line-diff', () => {
  it('splits text into lines that together are the text', () => {
    expect(splitLines('')).to.deep.equal([]);
    expect(splitLines('a')).to.deep.equal(['a']);
    expect(splitLines('a\n\nb\r\nc')).to.deep.equal(['a\n', '\n', 'b\r\n', 'c']);
    expect(splitLines('\n')).to.deep.equal(['\n']);
  });

  it('finds the fewest changed lines, in separate stretches', async () => {
    await fc.assert(
      fc.asyncProperty(lines, lines, async (before, after) => {
        const changes = await diffLines(before, after);
        expect(applied(before, after, changes)).to.deep.equal(after);
        const removed = changes.reduce((sum, change) => sum + change.oldCount, 0);
        expect(before.length - removed).to.equal(longestCommon(before, after));
        changes.slice(1).forEach((change, n) => {
          expect(change.oldStart).to.be.greaterThan(changes[n]!.oldStart + changes[n]!.oldCount);
        });
      }),
    );
  });

  it('finds nothing to change between equal texts', async () => {
    expect(await diffLines(['a\n', 'b'], ['a\n', 'b'])).to.deep.equal([]);
  });

  it('keeps the lines around many new ones', async () => {
    const before = Array.from({ length: 20_000 }, (_, n) => `old ${n}\n`);
    const after = before.map((line, n) => (n % 2 === 0 ? line : `new ${n}\n`));
    const changes = await diffLines(before, after);
    expect(changes).to.have.lengthOf(10_000);
    expect(applied(before, after, changes)).to.deep.equal(after);
  });

  it('replaces the changed middle as a whole when it takes too many edits', async () => {
    const middle = Array.from({ length: 1_400 }, (_, n) => `${n}\n`);
    const before = ['first\n', ...middle, 'last\n'];
    const after = ['first\n', ...middle.toReversed(), 'last\n'];
    expect(await diffLines(before, after)).to.deep.equal([
      { oldStart: 1, oldCount: 1_400, newStart: 1, newCount: 1_400 },
    ]);
    const fewer = middle.slice(0, 900);
    expect(await diffLines(fewer, fewer.toReversed())).to.have.length.greaterThan(1);
  });
});
