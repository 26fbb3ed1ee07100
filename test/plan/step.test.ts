import { expect } from 'chai';
import { dueCheckpoint } from '../../src/plan/interval.js';
import { completeStep } from '../../src/plan/step.js';
import type { Plan, StepStatus } from '../../src/plan/types.js';
import { idOf, NOW, refusalOf, samplePlan } from './samples.js';

const TIME = new Date(NOW).toISOString();

function recorded(plan: Plan, step: number, status: StepStatus = 'done', output = {}): Plan {
  return completeStep(plan, step, { status, output, at: NOW });
}

function doneUpTo(last: number, fields: Partial<Plan> = {}): Plan {
  let plan = samplePlan(fields);
  for (let step = 0; step <= last; step += 1) plan = recorded(plan, step);
  return plan;
}

describe('completeStep', () => {
  it('records the step and goes on', () => {
    const plan = samplePlan({ outputs: { kept: 1, seen: 1 } });
    expect(completeStep(plan, 0, { status: 'done', output: { seen: 2 }, at: NOW })).to.deep.equal({
      ...plan,
      last_completed_step: 0,
      steps: [{ step: 0, status: 'done', output: { seen: 2 }, at: TIME, checkpoint_id: null }],
      outputs: { kept: 1, seen: 2 },
    });
    expect(completeStep(plan, 0, { status: 'done', at: NOW }).steps[0]?.output).to.deep.equal({});
  });

  it('may skip numbers', () => {
    expect(recorded(doneUpTo(1), 5).last_completed_step).to.equal(5);
  });

  for (const status of ['failed', 'interrupted'] as const) {
    it(`does not go on when it ${status}`, () => {
      const plan = doneUpTo(1);
      const after = recorded(plan, 2, status, { log: 'x' });
      expect(after.last_completed_step).to.equal(1);
      expect(after.outputs).to.deep.equal({});
      expect(after.steps.at(-1)).to.deep.include({ step: 2, status, output: { log: 'x' } });
      const again = recorded(after, 2);
      expect(again.steps.filter((one) => one.step === 2)).to.have.length(1);
      expect(again.last_completed_step).to.equal(2);
      expect(refusalOf(() => recorded(again, 2, status)).code).to.equal('USAGE');
    });
  }

  it('may be told again of the last completed step', () => {
    const plan = doneUpTo(2);
    expect(recorded(plan, 2)).to.deep.equal(plan);
  });

  it('refuses a step behind it, until the plan is rolled back', () => {
    const plan = doneUpTo(4);
    const refusal = refusalOf(() => recorded(plan, 3));
    expect(refusal.code).to.equal('USAGE');
    expect(refusal.details).to.deep.equal({ step: 3, last_completed_step: 4 });
    expect(refusal.hint).to.match(/step 5, or roll back/);
    expect(recorded(doneUpTo(2), 3).last_completed_step).to.equal(3);
  });

  it('ends what could be redone', () => {
    const entry = {
      from_checkpoint_id: idOf(1),
      to_checkpoint_id: idOf(2),
      last_checkpoint_id: null,
      keeps: [],
      correction_id: null,
      head_moved: false,
      moved_branch: null,
      paths: null,
      at: TIME,
    };
    const plan = samplePlan({ rollbacks: { undo: [entry], redo: [entry] } });
    expect(recorded(plan, 0).rollbacks).to.deep.equal({ undo: [entry], redo: [] });
    expect(recorded(plan, 0, 'failed').rollbacks.redo).to.deep.equal([]);
  });

  it('refuses what is no step, and no output', () => {
    for (const step of [-1, 0.5, NaN, Infinity]) {
      expect(refusalOf(() => recorded(samplePlan(), step)).code).to.equal('USAGE');
    }
    const refusal = refusalOf(() => recorded(samplePlan(), 0, 'done', { a: undefined }));
    expect(refusal.code).to.equal('USAGE');
  });
});

describe('dueCheckpoint', () => {
  const dueSteps = (every: number | null, steps: readonly number[]) => {
    let plan = samplePlan({ checkpoint_every_steps: every });
    return steps.filter((step) => {
      plan = recorded(plan, step);
      return dueCheckpoint(plan, step, NOW, NOW) === 'step';
    });
  };

  it('is at every Nth step', () => {
    expect(dueSteps(null, [0, 1, 2, 3])).to.deep.equal([]);
    expect(dueSteps(1, [0, 1, 2, 3])).to.deep.equal([0, 1, 2, 3]);
    expect(dueSteps(3, [0, 1, 2, 3, 4, 5, 6])).to.deep.equal([2, 5]);
  });

  it('is at the first beyond when steps are skipped', () => {
    expect(dueSteps(3, [0, 4, 5, 6, 12, 13])).to.deep.equal([4, 5, 12]);
  });

  it('is so again when the step is told again', () => {
    expect(dueSteps(3, [0, 1, 2, 2])).to.deep.equal([2, 2]);
  });

  it('counts completed steps only', () => {
    const plan = recorded(doneUpTo(1, { checkpoint_every_steps: 3 }), 2, 'failed');
    expect(dueCheckpoint(recorded(plan, 3), 3, NOW, NOW)).to.equal('step');
    expect(dueCheckpoint(recorded(recorded(plan, 2), 3), 3, NOW, NOW)).to.equal(null);
  });

  it('is always when a step failed or was interrupted', () => {
    for (const status of ['failed', 'interrupted'] as const) {
      expect(dueCheckpoint(recorded(samplePlan(), 0, status), 0, NOW, NOW)).to.equal('step');
    }
  });

  it('is after every T seconds, and says so unless the step calls for it anyhow', () => {
    const settings = { checkpoint_every_seconds: 60, checkpoint_every_steps: 2 };
    const due = (last: number | null, step = 0) =>
      dueCheckpoint(recorded(samplePlan(settings), step), step, last, NOW);
    expect(due(NOW - 59_999)).to.equal(null);
    expect(due(NOW - 60_000)).to.equal('interval');
    expect(due(NOW - 60_000, 1)).to.equal('step');
    expect(due(null), 'there is none').to.equal('interval');
    expect(due(NOW), 'just now').to.equal(null);
    expect(due(NOW + 1), 'the clock was put back').to.equal('interval');
    expect(dueCheckpoint(samplePlan(), 0, null, NOW), 'no interval').to.equal(null);
  });
});
