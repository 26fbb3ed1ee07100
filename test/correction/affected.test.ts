import { expect } from 'chai';
import { affectedBy, affectedIds } from '../../src/correction/affected.js';
import type { Decision, Plan } from '../../src/plan/types.js';
import { decision, somePlan } from './decisions.js';

function ids(decisions: readonly Decision[]): string[] {
  return decisions.map(({ decision_id: id }) => id.slice(-1));
}

function fallenWith(plan: Plan, index: number): [string[], string[]] {
  const { descendants, later } = affectedBy(plan, plan.decisions[index] as Decision);
  return [ids(descendants), ids(later)];
}

describe('affectedBy', () => {
  const TREE = somePlan([
    decision(1),
    decision(2, { parent: 1 }),
    decision(3),
    decision(4, { parent: 2, status: 'done' }),
    decision(5, { parent: 3 }),
    decision(6, { parent: 1, status: 'reverted' }),
    decision(7, { parent: 6 }),
    decision(8, { parent: 9 }),
  ]);

  it('tells those that follow from it, at any depth, from those that were made later', () => {
    expect(fallenWith(TREE, 0)).to.deep.equal([
      ['2', '4', '7'],
      ['3', '5', '8'],
    ]);
    expect(fallenWith(TREE, 2)).to.deep.equal([['5'], ['4', '7', '8']]);
    expect(fallenWith(TREE, 7)).to.deep.equal([[], []]);
  });

  it('leaves alone what was reverted before, and what was made before it', () => {
    expect(fallenWith(TREE, 4)).to.deep.equal([[], ['7', '8']]);
    const [first] = TREE.decisions as [Decision];
    const all = affectedIds(first, affectedBy(TREE, first));
    expect(all.map((id) => id.slice(-1))).to.deep.equal(['1', '2', '3', '4', '5', '7', '8']);
  });
});
