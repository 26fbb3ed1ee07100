import { expect } from 'chai';
import fc from 'fast-check';
import { Unlisted } from '../../src/worktree/unlisted.js';

describe('worktree: folders that are still to be listed', () => {
  it('are taken from both ends', () => {
    const unlisted = new Unlisted<string>();
    unlisted.add(['a', 'b', 'c', 'd']);
    expect([unlisted.takeNext(), unlisted.takeLast()]).to.deep.equal(['a', 'd']);
    unlisted.add(['a1', 'a2']);
    unlisted.addLast(['d1', 'd2']);
    expect(unlisted.length).to.equal(6);
    expect([unlisted.takeNext(), unlisted.takeLast()]).to.deep.equal(['a1', 'd1']);
    expect([unlisted.takeLast(), unlisted.takeLast()]).to.deep.equal(['d2', 'c']);
    expect([unlisted.takeNext(), unlisted.takeNext()]).to.deep.equal(['a2', 'b']);
    expect([unlisted.takeNext(), unlisted.takeLast()]).to.deep.equal([undefined, undefined]);
    expect(unlisted.length).to.equal(0);
  });

  it('are each given once, whoever takes them', () => {
    const takes = fc.array(fc.record({ isLast: fc.boolean(), found: fc.nat(3) }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.nat(5), takes, (start, steps) => {
        const unlisted = new Unlisted<number>();
        let made = 0;
        const make = (count: number) => Array.from({ length: count }, () => made++);
        unlisted.add(make(start));
        const taken: number[] = [];
        for (const { isLast, found } of steps) {
          const one = isLast ? unlisted.takeLast() : unlisted.takeNext();
          if (one === undefined) continue;
          taken.push(one);
          if (isLast) unlisted.addLast(make(found));
          else unlisted.add(make(found));
          expect(unlisted.length).to.equal(made - taken.length);
        }
        for (let one = unlisted.takeNext(); one !== undefined; one = unlisted.takeNext()) {
          taken.push(one);
        }
        expect(taken.sort((left, right) => left - right)).to.deep.equal(
          make(0).concat([...Array(made).keys()]),
        );
      }),
    );
  });
});
