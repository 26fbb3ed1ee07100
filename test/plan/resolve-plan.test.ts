import { expect } from 'chai';
import { assertPlanName, resolvePlan } from '../../src/plan/resolve-plan.js';
import { idOf, refusalOf, samplePlan } from './samples.js';

const first = samplePlan({ plan_id: '01ARZ3NDEKTSV4RRFF00000001', name: 'first' });
const second = samplePlan({ plan_id: '01ARZ3NDEKTSV4RRFF00000002', name: '01BX' });
const third = samplePlan({ plan_id: '01BX5ZZKBKACTAV9WEVGEMMVRZ', name: null });
const plans = [first, second, third];

describe('resolvePlan', () => {
  it('takes an id in any case', () => {
    expect(resolvePlan(plans, second.plan_id)).to.equal(second);
    expect(resolvePlan(plans, second.plan_id.toLowerCase())).to.equal(second);
  });

  it('takes a unique prefix of 4 or more characters, in any case', () => {
    expect(resolvePlan(plans, '01bx5')).to.equal(third);
    expect(resolvePlan([first, third], '01BX')).to.equal(third);
    expect(refusalOf(() => resolvePlan([first, third], '01B')).code).to.equal('PLAN_NOT_FOUND');
  });

  it('takes an exact name, which wins over a prefix', () => {
    expect(resolvePlan(plans, 'first')).to.equal(first);
    expect(resolvePlan(plans, '01BX')).to.equal(second);
    expect(refusalOf(() => resolvePlan(plans, 'First')).code).to.equal('PLAN_NOT_FOUND');
  });

  it('lets an id win over a name', () => {
    const shadow = samplePlan({ plan_id: idOf(7), name: third.plan_id });
    expect(resolvePlan([shadow, third], third.plan_id)).to.equal(third);
  });

  it('lists the candidates when a prefix or a name is ambiguous', () => {
    const refusal = refusalOf(() => resolvePlan(plans, '01AR'));
    expect(refusal.code).to.equal('USAGE');
    expect(refusal.details['candidates']).to.deep.equal([
      { plan_id: first.plan_id, name: 'first' },
      { plan_id: second.plan_id, name: '01BX' },
    ]);
    const twin = { ...third, name: 'first' };
    const twins = refusalOf(() => resolvePlan([first, twin], 'first'));
    expect(twins.details['candidates']).to.have.length(2);
  });

  it('says where to look when there is none', () => {
    for (const selector of ['nothing', '', '01', '\u0000']) {
      const refusal = refusalOf(() => resolvePlan(plans, selector));
      expect(refusal.code).to.equal('PLAN_NOT_FOUND');
      expect(refusal.details).to.deep.equal({ plan: selector });
      expect(refusal.hint).to.match(/piton plan list/);
    }
    expect(refusalOf(() => resolvePlan([], 'x')).code).to.equal('PLAN_NOT_FOUND');
  });
});

describe('assertPlanName', () => {
  it('takes any line of text that is free', () => {
    for (const name of ['swap parser', '名前 ✓', 'x'.repeat(200), '😀'.repeat(200), '__proto__']) {
      assertPlanName(name, plans);
    }
    assertPlanName('first', plans, first.plan_id);
  });

  it('refuses a name that another plan has', () => {
    const refusal = refusalOf(() => {
      assertPlanName('first', plans, second.plan_id);
    });
    expect(refusal.code).to.equal('NAME_TAKEN');
    expect(refusal.details).to.deep.equal({ plan_id: first.plan_id, name: 'first' });
  });

  const wrong = ['', ' \t', 'a\nb', 'a\u0000', '\u001b[31m', 'a\u2029b', 'x'.repeat(201), idOf(5)];
  for (const name of [...wrong, idOf(5).toLowerCase()]) {
    it(`refuses ${JSON.stringify(name).slice(0, 30)}`, () => {
      const refusal = refusalOf(() => {
        assertPlanName(name, plans);
      });
      expect(refusal.code).to.equal('USAGE');
      expect(refusal.hint).to.be.a('string');
    });
  }
});
