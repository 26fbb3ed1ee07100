import { expect } from 'chai';
import { abandoned, applied } from '../../src/plan/end-plan.js';
import { refusalOf, samplePlan } from './samples.js';

describe('applied and abandoned', () => {
  it('end an active plan and change nothing else of it', () => {
    const plan = samplePlan({ last_completed_step: 3 });
    expect(applied(plan)).to.deep.equal({ ...plan, status: 'applied' });
    expect(abandoned(plan)).to.deep.equal({ ...plan, status: 'abandoned' });
  });

  it('refuse one that has been ended', () => {
    for (const end of [applied, abandoned]) {
      for (const status of ['applied', 'abandoned'] as const) {
        expect(refusalOf(() => end(samplePlan({ status })))).to.include({ code: 'PLAN_CLOSED' });
      }
    }
  });

  it('abandon a reverted subplan, and do not apply it: its work is gone', () => {
    const plan = samplePlan({ status: 'reverted' });
    expect(abandoned(plan).status).to.equal('abandoned');
    expect(refusalOf(() => applied(plan))).to.include({ code: 'PLAN_CLOSED' });
  });
});
