import { expect } from 'chai';
import fc from 'fast-check';
import { LIMITS } from '../../src/core/limits.js';
import { formatPlan } from '../../src/plan/plan-file.js';
import { planState } from '../../src/plan/plan-state.js';
import {
  pathsRolledBack,
  redone,
  rolledBack,
  rollbackToRedo,
  rollbackToUndo,
  subplanRolledBack,
  undone,
} from '../../src/plan/rolled-back.js';
import type { Correction, Plan, StepRecord } from '../../src/plan/types.js';
import { anyPlan, idOf, NOW, refusalOf, samplePlan, sampleState } from './samples.js';

const TIME = new Date(NOW).toISOString();
const facts = { checkpointId: idOf(1), safetyCheckpointId: idOf(2), now: NOW };

const step = (number: number): StepRecord => ({
  step: number,
  status: 'done',
  output: {},
  at: TIME,
  checkpoint_id: null,
});

const correction = (id: string): Correction => ({
  correction_id: id,
  decision_id: idOf(70),
  mode: 'revert',
  reason: 'r',
  guidance: null,
  affected: [],
  checkpoint_id: idOf(1),
  safety_checkpoint_id: idOf(2),
  archive: null,
  status: 'applied',
  created_at: TIME,
});

describe('rolledBack', () => {
  const decisions: Plan['decisions'] = [
    {
      decision_id: idOf(71),
      parent_id: null,
      question: 'q',
      choice: 'c',
      rationale: null,
      step: 0,
      checkpoint_id: null,
      status: 'active',
      artifacts: [],
      created_at: TIME,
    },
  ];
  const position = {
    phase: 'plan',
    last_completed_step: 1,
    steps: [step(1)],
    decisions,
    context: { then: 1 },
    outputs: { then: 2 },
  };
  const other = {
    name: 'then',
    parent_plan_id: idOf(80),
    max_reversions: 1,
    checkpoint_every_steps: 1,
    checkpoint_every_seconds: 1,
    retention: { keep_last: 1, keep_within_seconds: 1, keep_hourly: 1, keep_daily: 1 },
    corrections: [],
    created_at: new Date(0).toISOString(),
    reversion_count: 0,
    their_own: 'then',
  };
  const then = sampleState({ ...position, ...other });
  const now: Plan = {
    ...samplePlan({
      phase: 'execute',
      last_completed_step: 5,
      last_checkpoint_id: idOf(9),
      steps: [step(5)],
      context: { now: 1 },
      outputs: { now: 2 },
      name: 'now',
      max_reversions: 8,
      corrections: [correction(idOf(60))],
      reversion_count: 3,
    }),
    ...{ their_own: 'now' },
  };

  it('takes the position from the checkpoint and keeps everything else', () => {
    expect(rolledBack(now, then, { ...facts, now: NOW + 5000 })).to.deep.equal({
      ...now,
      ...position,
      reversion_count: 4,
      last_checkpoint_id: idOf(1),
      rollbacks: {
        undo: [
          {
            from_checkpoint_id: idOf(2),
            to_checkpoint_id: idOf(1),
            last_checkpoint_id: idOf(9),
            keeps: [],
            correction_id: null,
            head_moved: false,
            moved_branch: null,
            paths: null,
            at: new Date(NOW + 5000).toISOString(),
          },
        ],
        redo: [],
      },
      updated_at: new Date(NOW + 5000).toISOString(),
    });
  });

  it('never lowers reversion_count, for any two plans, and always gives a plan', () => {
    fc.assert(
      fc.property(anyPlan, anyPlan, (current, past) => {
        const after = rolledBack(current, planState(past, []), facts);
        const most = Math.max(current.reversion_count, past.reversion_count);
        expect(after.reversion_count).to.equal(Math.min(most + 1, Number.MAX_SAFE_INTEGER));
        formatPlan(after);
      }),
    );
  });

  it('counts to the end of counting and no further', () => {
    const full = samplePlan({ reversion_count: Number.MAX_SAFE_INTEGER });
    expect(rolledBack(full, sampleState(), facts).reversion_count).to.equal(full.reversion_count);
  });

  it('makes a reverted plan active, and keeps every other status', () => {
    const statusAfter = (status: Plan['status']) =>
      rolledBack(samplePlan({ status }), sampleState(), facts).status;
    expect(statusAfter('reverted')).to.equal('active');
    expect(statusAfter('active')).to.equal('active');
    expect(statusAfter('applied')).to.equal('applied');
  });

  it('ends what could be redone, and keeps only so many to undo', () => {
    let plan = undone(rolledBack(now, then, facts), planState(now, []), facts);
    expect(plan.rollbacks.redo).to.have.length(1);
    for (let count = 0; count <= LIMITS.undoDepth; count += 1) {
      plan = rolledBack(plan, then, { ...facts, safetyCheckpointId: idOf(100 + count) });
    }
    expect(plan.rollbacks.redo).to.deep.equal([]);
    expect(plan.rollbacks.undo).to.have.length(LIMITS.undoDepth);
    expect(rollbackToUndo(plan).from_checkpoint_id).to.equal(idOf(100 + LIMITS.undoDepth));
  });
});

describe('pathsRolledBack', () => {
  it('leaves the position and the count, and can be undone', () => {
    const plan = samplePlan({ last_completed_step: 3, last_checkpoint_id: idOf(9) });
    const after = pathsRolledBack(plan, facts);
    expect({ ...after, rollbacks: plan.rollbacks }).to.deep.equal(plan);
    expect(rollbackToUndo(after)).to.include({
      from_checkpoint_id: idOf(2),
      to_checkpoint_id: idOf(1),
    });
  });
});

describe('undone and redone', () => {
  const before = samplePlan({
    last_completed_step: 5,
    last_checkpoint_id: idOf(9),
    steps: [step(5)],
    context: { a: 1 },
    phase: 'verify',
    reversion_count: 3,
    corrections: [correction(idOf(60)), correction(idOf(61))],
  });
  const after = rolledBack(before, sampleState(), { ...facts, correctionId: idOf(61) });
  const undo = { safetyCheckpointId: idOf(3), now: NOW };
  const redo = { safetyCheckpointId: idOf(4), now: NOW };
  const statuses = (plan: Plan) => plan.corrections.map((one) => one.status);

  it('give back exactly the position of before, and count nothing', () => {
    const back = undone(after, planState(before, []), undo);
    expect(back).to.deep.equal({
      ...before,
      reversion_count: 4,
      corrections: back.corrections,
      rollbacks: back.rollbacks,
    });
    expect(back.rollbacks.undo).to.deep.equal([]);
    expect(rollbackToRedo(back)).to.deep.equal({
      from_checkpoint_id: idOf(3),
      to_checkpoint_id: idOf(2),
      last_checkpoint_id: idOf(1),
      keeps: [],
      correction_id: idOf(61),
      head_moved: false,
      moved_branch: null,
      paths: null,
      at: TIME,
    });

    const again = redone(back, planState(after, []), redo);
    expect({ ...again, rollbacks: after.rollbacks }).to.deep.equal(after);
    expect(again.rollbacks.redo).to.deep.equal([]);
    expect(rollbackToUndo(again)).to.include({
      from_checkpoint_id: idOf(4),
      to_checkpoint_id: idOf(3),
      last_checkpoint_id: idOf(9),
    });
  });

  it('take back the correction that the rollback was part of, and no other', () => {
    const back = undone(after, planState(before, []), undo);
    expect(statuses(back)).to.deep.equal(['applied', 'undone']);
    expect(statuses(redone(back, planState(after, []), redo))).to.deep.equal([
      'applied',
      'applied',
    ]);
  });

  it('go through several rollbacks, the newest first', () => {
    const twice = rolledBack(after, sampleState(), { ...facts, safetyCheckpointId: idOf(6) });
    expect(rollbackToUndo(twice).from_checkpoint_id).to.equal(idOf(6));
    const once = undone(twice, planState(after, []), undo);
    expect(rollbackToUndo(once).from_checkpoint_id).to.equal(idOf(2));
    const none = undone(once, planState(before, []), { ...undo, safetyCheckpointId: idOf(7) });
    expect(none.rollbacks.redo.map((one) => one.from_checkpoint_id)).to.deep.equal([
      idOf(3),
      idOf(7),
    ]);
    const one = redone(none, planState(once, []), redo);
    expect(rollbackToRedo(one).from_checkpoint_id).to.equal(idOf(3));
    expect(rollbackToUndo(one).from_checkpoint_id).to.equal(idOf(4));
  });

  it('refuse when there is nothing', () => {
    const state = sampleState();
    expect(refusalOf(() => undone(samplePlan(), state, undo)).code).to.equal('NOTHING_TO_UNDO');
    expect(refusalOf(() => redone(samplePlan(), state, redo)).code).to.equal('NOTHING_TO_REDO');
  });
});

describe('subplanRolledBack', () => {
  const sub = samplePlan({
    plan_id: idOf(50),
    parent_plan_id: samplePlan().plan_id,
    last_completed_step: 2,
    last_checkpoint_id: idOf(9),
    reversion_count: 1,
  });

  it('gives a subplan the position and status it had', () => {
    const parentThen = sampleState({}, [sub]);
    const later: Plan = {
      ...sub,
      status: 'applied',
      last_completed_step: 7,
      last_checkpoint_id: idOf(10),
      reversion_count: 4,
      name: 'named since',
    };
    expect(subplanRolledBack(later, parentThen, NOW)).to.deep.equal({
      ...sub,
      reversion_count: 4,
      name: 'named since',
    });
  });

  it('reverts one that had not begun, and undo brings it back', () => {
    const reverted = subplanRolledBack(sub, sampleState(), NOW);
    expect(reverted).to.deep.equal({ ...sub, status: 'reverted' });
    expect(subplanRolledBack(reverted, sampleState({}, [sub]), NOW)).to.deep.equal(sub);
  });

  it('leaves one reverted that was so then', () => {
    const reverted: Plan = { ...sub, status: 'reverted' };
    expect(subplanRolledBack(reverted, sampleState({}, [reverted]), NOW).status).to.equal(
      'reverted',
    );
  });
});
