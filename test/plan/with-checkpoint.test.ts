import { expect } from 'chai';
import { withCheckpoint } from '../../src/plan/rolled-back.js';
import { completeStep } from '../../src/plan/step.js';
import { idOf, NOW, samplePlan } from './samples.js';

const TIME = new Date(NOW).toISOString();

describe('withCheckpoint', () => {
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
  const done = { status: 'done', at: NOW } as const;
  const plan = {
    ...completeStep(completeStep(samplePlan(), 0, done), 1, done),
    rollbacks: { undo: [entry], redo: [entry] },
  };

  it('becomes the latest, ends what could be redone, and keeps what can be undone', () => {
    expect(withCheckpoint(plan, idOf(5))).to.deep.equal({
      ...plan,
      last_checkpoint_id: idOf(5),
      rollbacks: { undo: [entry], redo: [] },
    });
  });

  it('is noted at the step it was taken for', () => {
    const { steps } = withCheckpoint(plan, idOf(5), 1);
    expect(steps.map((one) => one.checkpoint_id)).to.deep.equal([null, idOf(5)]);
  });
});
