import { expect } from 'chai';
import { assertCanRollBack, assertOpen } from '../../src/plan/guards.js';
import type { Plan } from '../../src/plan/types.js';
import { ID, refusalOf, samplePlan } from './samples.js';

const refusal = (guard: (plan: Plan) => void, fields: Partial<Plan>) =>
  refusalOf(() => {
    guard(samplePlan(fields));
  });

describe('assertOpen', () => {
  it('takes an active plan only', () => {
    assertOpen(samplePlan());
    for (const status of ['applied', 'abandoned', 'reverted'] as const) {
      const { code, details, hint } = refusal(assertOpen, { status });
      expect(code).to.equal('PLAN_CLOSED');
      expect(details).to.deep.equal({ plan_id: ID, status });
      expect(hint).to.match(status === 'reverted' ? /piton undo/ : /piton plan create/);
    }
  });

  it('calls the plan by its name, if it has one', () => {
    expect(refusal(assertOpen, { status: 'applied' }).message).to.include(ID);
    expect(refusal(assertOpen, { status: 'applied', name: 'x y' }).message).to.include('x y');
  });
});

describe('assertCanRollBack', () => {
  it('takes a plan that is active, or a reverted subplan', () => {
    assertCanRollBack(samplePlan());
    assertCanRollBack(samplePlan({ status: 'reverted' }));
  });

  it('refuses one that is applied or abandoned, also when it has no limit', () => {
    for (const status of ['applied', 'abandoned'] as const) {
      expect(refusal(assertCanRollBack, { status, max_reversions: null })).to.include({
        code: 'PLAN_CLOSED',
      });
    }
  });

  it('refuses at the limit and beyond, and says how to raise it', () => {
    assertCanRollBack(samplePlan({ reversion_count: 1, max_reversions: 2 }));
    assertCanRollBack(samplePlan({ reversion_count: 1e9, max_reversions: null }));
    for (const counts of [
      { reversion_count: 2, max_reversions: 2 },
      { reversion_count: 9, max_reversions: 2 },
      { reversion_count: 0, max_reversions: 0 },
    ]) {
      const { code, details, hint } = refusal(assertCanRollBack, counts);
      expect(code).to.equal('REVERSION_LIMIT');
      expect(details).to.deep.equal({ plan_id: ID, ...counts });
      expect(hint).to.include(`piton plan set ${ID} --max-reversions`);
    }
  });
});
