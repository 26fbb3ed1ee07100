import { expect } from 'chai';
import {
  appendedPlan,
  continueAtStep,
  correctedPlan,
} from '../../src/correction/corrected-plan.js';
import type { Correction } from '../../src/plan/types.js';
import { decision, idOf, somePlan } from './decisions.js';

const CORRECTION: Correction = {
  correction_id: idOf(8),
  decision_id: idOf(2),
  mode: 'revert',
  reason: 'r',
  guidance: null,
  affected: [idOf(2), idOf(4)],
  checkpoint_id: idOf(2),
  safety_checkpoint_id: idOf(9),
  archive: 'archive/x',
  status: 'applied',
  created_at: '2026-01-02T03:04:05.000Z',
};

describe('correctedPlan', () => {
  it('puts the decisions back in, reverted, and leaves earlier ones as at the checkpoint', () => {
    const before = somePlan([
      decision(1, { status: 'done' }),
      decision(2, { status: 'done' }),
      decision(3, { status: 'reverted' }),
      decision(4),
    ]);
    const then = { ...somePlan([decision(1)]), last_completed_step: 1, reversion_count: 4 };
    const earlier = { ...CORRECTION, correction_id: idOf(7) };
    const given = { ...before, corrections: [earlier] };
    const after = correctedPlan(given, then, CORRECTION, decision(2, { step: 2 }));
    expect(after.decisions.map(({ status }) => status)).to.deep.equal([
      ...['active', 'reverted', 'reverted', 'reverted'],
    ]);
    expect(after).to.deep.include({
      last_completed_step: 1,
      reversion_count: 4,
      corrections: [earlier, CORRECTION],
    });
  });

  it('never goes on after a step that is not done', () => {
    expect(continueAtStep(decision(1, { step: 2 }), 1)).to.equal(2);
    expect(continueAtStep(decision(1, { step: 5 }), 1)).to.equal(2);
    expect(continueAtStep(decision(1, { step: 0 }), 1)).to.equal(0);
    expect(continueAtStep(decision(1, { step: 3 }), -1)).to.equal(0);
  });
});

describe('appendedPlan', () => {
  it('has one decision carried out again, and changes nothing else', () => {
    const before = somePlan([decision(1, { status: 'done' }), decision(2, { status: 'done' })]);
    const after = appendedPlan(before, { ...CORRECTION, mode: 'append' });
    expect(after).to.deep.equal({
      ...before,
      decisions: [decision(1, { status: 'done' }), decision(2)],
      corrections: [{ ...CORRECTION, mode: 'append' }],
    });
  });
});
