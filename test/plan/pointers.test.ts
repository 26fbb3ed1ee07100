import { expect } from 'chai';
import { decisionCheckpoints, withKeeps } from '../../src/plan/pointers.js';
import type { Decision, Plan, RollbackEntry } from '../../src/plan/types.js';
import { idOf, NOW, samplePlan } from './samples.js';

function decision(number: number, fields: Partial<Decision> = {}): Decision {
  return {
    ...{ decision_id: idOf(100 + number), parent_id: null, question: 'q', choice: 'c' },
    ...{ rationale: null, step: 0, checkpoint_id: idOf(number), status: 'active' },
    ...{ artifacts: [], created_at: new Date(NOW).toISOString() },
    ...fields,
  };
}

function entry(from: string): RollbackEntry {
  return {
    ...{ from_checkpoint_id: from, to_checkpoint_id: idOf(1), last_checkpoint_id: null },
    ...{ keeps: [], correction_id: null, head_moved: false, moved_branch: null, paths: null },
    at: new Date(NOW).toISOString(),
  };
}

describe('plan: the checkpoints it points at', () => {
  it('are those before decisions that stand', () => {
    const plan = samplePlan({
      decisions: [
        decision(1),
        decision(2, { status: 'done' }),
        decision(3, { status: 'reverted' }),
        decision(4, { checkpoint_id: null }),
      ],
    });
    expect(decisionCheckpoints(plan)).to.deep.equal([idOf(1), idOf(2)]);
  });

  it('are written into the new entry when nothing points at them any more', () => {
    const before: Plan[] = [
      samplePlan({ last_checkpoint_id: idOf(9), decisions: [decision(1), decision(2)] }),
      samplePlan({ plan_id: idOf(50), last_checkpoint_id: idOf(8), decisions: [decision(2)] }),
    ];
    const rolledBack = samplePlan({
      last_checkpoint_id: idOf(1),
      rollbacks: { undo: [entry(idOf(20)), entry(idOf(21))], redo: [entry(idOf(22))] },
    });
    const below = samplePlan({ plan_id: idOf(50), last_checkpoint_id: null });
    const after = withKeeps(rolledBack, idOf(21), before, [rolledBack, below]);
    expect(after.rollbacks.undo.map(({ keeps }) => keeps)).to.deep.equal([
      [],
      [idOf(9), idOf(2), idOf(8)],
    ]);
    expect(after.rollbacks.redo).to.deep.equal(rolledBack.rollbacks.redo);
    const redone = withKeeps(rolledBack, idOf(22), before, [rolledBack, below]);
    expect(redone.rollbacks.redo[0]?.keeps).to.have.lengthOf(3);
    expect(redone.rollbacks.undo).to.deep.equal(rolledBack.rollbacks.undo);
  });
});
