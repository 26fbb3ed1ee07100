import { expect } from 'chai';
import { decisionsToRepeat, nextStep } from '../../src/plan/resume.js';
import type { Correction, Decision } from '../../src/plan/types.js';
import { idOf, NOW, samplePlan } from './samples.js';

function decision(number: number, step: number, status: Decision['status'] = 'active'): Decision {
  return {
    decision_id: idOf(number),
    parent_id: null,
    question: 'q',
    choice: 'c',
    rationale: null,
    step,
    checkpoint_id: idOf(9),
    status,
    artifacts: [],
    created_at: new Date(NOW).toISOString(),
  };
}

function correction(number: number, fields: Partial<Correction> = {}): Correction {
  return {
    correction_id: idOf(20 + number),
    decision_id: idOf(number),
    mode: 'append',
    reason: 'r',
    guidance: 'g',
    affected: [],
    checkpoint_id: null,
    safety_checkpoint_id: null,
    archive: null,
    status: 'applied',
    created_at: new Date(NOW).toISOString(),
    ...fields,
  };
}

function toRepeat(decisions: Decision[], corrections: Correction[] = []): string[] {
  const plan = samplePlan({ last_completed_step: 3, decisions, corrections });
  return decisionsToRepeat(plan).map(({ decision_id: id }) => id);
}

describe('nextStep', () => {
  it('is the one after the last completed, from 0', () => {
    expect(nextStep(samplePlan())).to.equal(0);
    expect(nextStep(samplePlan({ last_completed_step: 3 }))).to.equal(4);
  });
});

describe('decisionsToRepeat', () => {
  it('gives active ones from the next step on, oldest first', () => {
    const all = [decision(1, 3), decision(2, 4), decision(3, 9), decision(4, 0)];
    expect(toRepeat(all)).to.deep.equal([idOf(2), idOf(3)]);
  });

  it('gives none that is done or reverted', () => {
    expect(toRepeat([decision(1, 4, 'done'), decision(2, 5, 'reverted')])).to.deep.equal([]);
  });

  it('gives those of any step that an appended correction calls for, until they are done', () => {
    const all = [decision(1, 0), decision(2, 1), decision(3, 2, 'done')];
    expect(toRepeat(all, [correction(2), correction(3)])).to.deep.equal([idOf(2)]);
  });

  it('gives those that a correction took back, to be made anew, until there is another', () => {
    const fallen = [decision(1, 4, 'reverted'), decision(2, 5, 'reverted')];
    const done = decision(3, 0, 'reverted');
    const revert = correction(1, { mode: 'revert', affected: [idOf(1), idOf(2), idOf(3)] });
    expect(toRepeat([...fallen, done], [revert])).to.deep.equal([idOf(1), idOf(2)]);
    expect(toRepeat([...fallen, decision(4, 4)], [revert])).to.deep.equal([idOf(2), idOf(4)]);
    const undone = { ...revert, status: 'undone' as const };
    expect(toRepeat(fallen, [undone])).to.deep.equal([]);
  });

  it('does not count a correction that was taken back, or that rolled back', () => {
    const all = [decision(1, 0), decision(2, 1)];
    const corrections = [correction(1, { status: 'undone' }), correction(2, { mode: 'revert' })];
    expect(toRepeat(all, corrections)).to.deep.equal([]);
  });

  it('says what the newest correction that calls for each told', () => {
    const decisions = [decision(1, 4), decision(2, 5, 'reverted'), decision(3, 6)];
    const corrections = [
      correction(1, { guidance: 'older' }),
      correction(2, { mode: 'revert', affected: [idOf(2)], reason: 'slow', guidance: null }),
      { ...correction(1, { guidance: 'newer' }), correction_id: idOf(30) },
      correction(3, { status: 'undone' }),
    ];
    const plan = samplePlan({ last_completed_step: 3, decisions, corrections });
    const about = { reason: 'r', guidance: 'newer', mode: 'append' };
    expect(decisionsToRepeat(plan).map((one) => one.correction)).to.deep.equal([
      { correction_id: idOf(30), decision_id: idOf(1), ...about },
      {
        ...{ correction_id: idOf(22), decision_id: idOf(2), mode: 'revert' },
        ...{ reason: 'slow', guidance: null },
      },
      null,
    ]);
  });
});
