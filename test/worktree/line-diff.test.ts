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

function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648);
}

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

  it('replaces the changed middle as a whole when the search would take too long', async () => {
    const next = random(7);
    const [before, after] = [0, 1].map(() => [
      'first\n',
      ...Array.from({ length: 8_000 }, () => `${next() % 50}\n`),
      'last\n',
    ]) as [string[], string[]];
    const changes = await diffLines(before, after);
    expect(changes).to.deep.equal([{ oldStart: 1, oldCount: 8_000, newStart: 1, newCount: 8_000 }]);
  });

  it('comes to an end on long files of few distinct lines', async () => {
    const next = random(11);
    const [before, after] = [0, 1].map(() =>
      Array.from({ length: 1_000_000 }, () => (next() % 97 === 0 ? 'a\n' : 'b\n')),
    ) as [string[], string[]];
    const began = Date.now();
    const changes = await diffLines(before, after);
    expect(Date.now() - began).to.be.below(8_000);
    expect(applied(before, after, changes).length).to.equal(after.length);
  }).timeout(20_000);
});
