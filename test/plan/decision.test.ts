import { expect } from 'chai';
import { asBytePath, bytePathFromText } from '../../src/core/byte-path.js';
import { LIMITS } from '../../src/core/limits.js';
import {
  addArtifacts,
  addDecision,
  findDecision,
  markDone,
  type NewDecision,
} from '../../src/plan/decision.js';
import { checkWholePlan } from '../../src/plan/schema.js';
import type { Plan } from '../../src/plan/types.js';
import { ID, idOf, NOW, refusalOf, samplePlan } from './samples.js';

const given: NewDecision = {
  id: idOf(1),
  question: 'which parser',
  choice: 'hand-written',
  checkpointId: idOf(9),
  now: NOW,
};
const LATIN1 = asBytePath('\xff');

function withReverted(plan: Plan): Plan {
  return { ...plan, decisions: plan.decisions.map((one) => ({ ...one, status: 'reverted' })) };
}

describe('addDecision', () => {
  it('adds an active one, at the next step unless told', () => {
    const plan = addDecision(samplePlan({ last_completed_step: 2 }), given);
    expect(plan.decisions).to.deep.equal([
      {
        decision_id: idOf(1),
        parent_id: null,
        question: 'which parser',
        choice: 'hand-written',
        rationale: null,
        step: 3,
        checkpoint_id: idOf(9),
        status: 'active',
        artifacts: [],
        created_at: new Date(NOW).toISOString(),
      },
    ]);
  });

  it('takes a parent by its prefix, a rationale, a step and paths', () => {
    const child: NewDecision = {
      ...given,
      id: '01BX5ZZKBKACTAV9WEVGEMMVRZ',
      parent: idOf(1).toLowerCase(),
      rationale: 'speed',
      step: 7,
      artifacts: [bytePathFromText('ä'), LATIN1, LATIN1],
    };
    const plan = addDecision(addDecision(samplePlan(), given), child);
    expect(plan.decisions[1]).to.deep.include({
      parent_id: idOf(1),
      rationale: 'speed',
      step: 7,
      artifacts: ['ä', { base64: '/w==' }],
    });
    expect(checkWholePlan(plan)).to.deep.equal(plan);
  });

  it('refuses an unknown or reverted parent', () => {
    const orphan = { ...given, parent: idOf(4) };
    expect(refusalOf(() => addDecision(samplePlan(), orphan)).code).to.equal('DECISION_NOT_FOUND');
    const plan = withReverted(addDecision(samplePlan(), given));
    const refusal = refusalOf(() => addDecision(plan, { ...given, id: idOf(2), parent: idOf(1) }));
    expect(refusal.code).to.equal('USAGE');
    expect(refusal.hint).to.match(/piton undo/);
  });

  for (const wrong of [{ question: ' ' }, { choice: '' }, { step: -1 }, { step: 0.5 }]) {
    it(`refuses ${JSON.stringify(wrong)}`, () => {
      const refusal = refusalOf(() => addDecision(samplePlan(), { ...given, ...wrong }));
      expect(refusal.code).to.equal('USAGE');
    });
  }
});

describe('findDecision', () => {
  const plan = addDecision(addDecision(samplePlan(), given), { ...given, id: idOf(2) });

  it('finds by id or unique prefix, in any case', () => {
    expect(findDecision(plan, idOf(2)).decision_id).to.equal(idOf(2));
    expect(findDecision(plan, idOf(2).toLowerCase()).decision_id).to.equal(idOf(2));
    const alone = addDecision(samplePlan(), given);
    expect(findDecision(alone, '01ar').decision_id).to.equal(idOf(1));
    expect(refusalOf(() => findDecision(alone, '01A')).code).to.equal('DECISION_NOT_FOUND');
  });

  it('lists the candidates when ambiguous', () => {
    const refusal = refusalOf(() => findDecision(plan, '01ARZ3'));
    expect(refusal.code).to.equal('USAGE');
    expect(refusal.details['candidates']).to.deep.equal([
      { decision_id: idOf(1), question: 'which parser' },
      { decision_id: idOf(2), question: 'which parser' },
    ]);
  });

  it('says where to look when there is none', () => {
    const refusal = refusalOf(() => findDecision(plan, idOf(3)));
    expect(refusal.code).to.equal('DECISION_NOT_FOUND');
    expect(refusal.details).to.deep.equal({ plan_id: ID, decision: idOf(3) });
    expect(refusal.hint).to.match(/piton plan decision list/);
  });
});

describe('addArtifacts and markDone', () => {
  const plan = addDecision(addDecision(samplePlan(), given), { ...given, id: idOf(2) });

  it('add paths that are not there yet', () => {
    const a = bytePathFromText('a');
    const once = addArtifacts(plan, idOf(1), [a, LATIN1]);
    const twice = addArtifacts(once, idOf(1), [LATIN1, bytePathFromText('b'), a]);
    expect(twice.decisions.map((one) => one.artifacts)).to.deep.equal([
      ['a', { base64: '/w==' }, 'b'],
      [],
    ]);
    expect(checkWholePlan(twice)).to.deep.equal(twice);
  });

  it('refuse the root and what is no path', () => {
    for (const path of ['', 'a\0b', 'x'.repeat(LIMITS.pathBytes + 1)].map(bytePathFromText)) {
      expect(refusalOf(() => addArtifacts(plan, idOf(1), [path])).code).to.equal('USAGE');
      const wrong = { ...given, id: idOf(3), artifacts: [path] };
      expect(refusalOf(() => addDecision(plan, wrong)).code).to.equal('USAGE');
    }
  });

  it('mark one as done, again harmlessly', () => {
    const done = markDone(plan, idOf(2));
    expect(done.decisions.map((one) => one.status)).to.deep.equal(['active', 'done']);
    expect(markDone(done, idOf(2))).to.deep.equal(done);
  });

  it('refuse a decision that was reverted', () => {
    const reverted = withReverted(plan);
    for (const action of [
      () => addArtifacts(reverted, idOf(1), []),
      () => markDone(reverted, idOf(1)),
    ]) {
      expect(refusalOf(action).code).to.equal('USAGE');
    }
  });
});
