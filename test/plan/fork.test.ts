import { expect } from 'chai';
import { adoptedState, forkedPlan } from '../../src/plan/fork.js';
import { newPlan } from '../../src/plan/new-plan.js';
import { planState } from '../../src/plan/plan-state.js';
import { checkWholePlan } from '../../src/plan/schema.js';
import type { Plan } from '../../src/plan/types.js';

const IDS = ['01ARZ3NDEKTSV4RRFFQ69G5FAV', '01ARZ3NDEKTSV4RRFFQ69G5FAW'] as const;
const FROM = { plan_id: IDS[0], checkpoint_id: IDS[1] };
const STEP = { step: 2, status: 'done', output: {}, at: '2026-01-01T00:00:00.000Z' } as const;

function then(): Plan {
  return {
    ...newPlan({ id: IDS[0], now: 0, name: 'p', maxReversions: 3 }),
    reversion_count: 2,
    last_completed_step: 2,
    last_checkpoint_id: IDS[1],
    steps: [{ ...STEP, checkpoint_id: IDS[1] }],
    context: { a: 1 },
  };
}

describe('the plan of a fork', () => {
  it('goes on where the other was, with a history of its own', () => {
    const plan = forkedPlan(then(), { id: IDS[1], now: 5, forkedFrom: FROM });
    expect(checkWholePlan(plan)).to.deep.equal(plan);
    expect(plan).to.deep.include({ plan_id: IDS[1], name: null, reversion_count: 0 });
    expect(plan).to.deep.include({ last_completed_step: 2, context: { a: 1 }, max_reversions: 3 });
    expect(plan.steps).to.deep.equal([{ ...STEP, checkpoint_id: null }]);
    expect(plan.forked_from).to.deep.equal(FROM);
    expect(plan.last_checkpoint_id).to.equal(null);
  });

  it('gives its position, and nothing else, to the plan that takes it over', () => {
    const current = planState({ ...then(), steps: [], last_completed_step: 0 }, []);
    const adopted = adoptedState(current, { ...then(), plan_id: IDS[1], reversion_count: 9 });
    expect(adopted).to.deep.equal({
      ...current,
      last_completed_step: 2,
      steps: [{ ...STEP, checkpoint_id: null }],
    });
  });
});
