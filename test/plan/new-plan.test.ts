import { expect } from 'chai';
import { newPlan, type NewPlanOptions } from '../../src/plan/new-plan.js';
import { reversionsLeft, toPlanData } from '../../src/plan/plan-data.js';
import { checkWholePlan } from '../../src/plan/schema.js';
import { withSettings, type PlanSettings } from '../../src/plan/settings.js';
import { ID, idOf, NOW, refusalOf, samplePlan } from './samples.js';

const RETENTION = { keep_last: 1, keep_within_seconds: 2, keep_hourly: 3, keep_daily: 4 };

describe('newPlan', () => {
  it('has not begun, and has every field', () => {
    const plan = newPlan({ id: ID, now: NOW });
    expect(plan).to.include({
      plan_id: ID,
      status: 'active',
      phase: 'execute',
      reversion_count: 0,
      max_reversions: 10,
      last_completed_step: -1,
      last_checkpoint_id: null,
      created_at: '2025-01-02T03:04:05.000Z',
      updated_at: '2025-01-02T03:04:05.000Z',
    });
    expect(checkWholePlan(plan)).to.deep.equal(plan);
  });

  it('takes what the user set', () => {
    const options: NewPlanOptions = {
      id: ID,
      now: NOW,
      name: 'x',
      parentPlanId: idOf(1),
      maxReversions: null,
      everySteps: 2,
      everySeconds: 0.5,
      phase: 'plan',
      retention: RETENTION,
      context: { goal: 1 },
    };
    expect(newPlan(options)).to.deep.include({
      name: 'x',
      parent_plan_id: idOf(1),
      max_reversions: null,
      checkpoint_every_steps: 2,
      checkpoint_every_seconds: 0.5,
      phase: 'plan',
      retention: RETENTION,
      context: { goal: 1 },
    });
  });
});

describe('withSettings', () => {
  const plan = newPlan({
    id: ID,
    now: NOW,
    name: 'x',
    maxReversions: 3,
    everySteps: 2,
    everySeconds: 60,
    phase: 'plan',
    retention: RETENTION,
    context: { a: 1, b: { c: 1 } },
    outputs: { a: 1 },
  });

  it('leaves what is not given', () => {
    expect(withSettings(plan, {})).to.deep.equal(plan);
    expect(withSettings(plan, { phase: undefined, name: undefined })).to.deep.equal(plan);
  });

  it('takes null for none, and 0 reversions', () => {
    const none = { everySteps: null, everySeconds: null, retention: null, name: null };
    expect(withSettings(plan, { ...none, maxReversions: 0 })).to.deep.include({
      checkpoint_every_steps: null,
      checkpoint_every_seconds: null,
      retention: null,
      name: null,
      max_reversions: 0,
    });
  });

  it('merges context and outputs key by key', () => {
    const { context, outputs } = withSettings(plan, {
      context: { b: 2, d: null },
      outputs: { constructor: 1 },
    });
    expect(context).to.deep.equal({ a: 1, b: 2, d: null });
    expect(outputs).to.have.own.property('constructor', 1);
  });

  const wrong: PlanSettings[] = [
    { name: 'a\nb' },
    { phase: '' },
    { maxReversions: -1 },
    { maxReversions: NaN },
    { everySteps: 0 },
    { everySteps: 1.5 },
    { everySeconds: 0 },
    { everySeconds: Infinity },
    { retention: { ...RETENTION, keep_last: -1 } },
    { context: { a: undefined } },
    { context: [] as unknown as Record<string, unknown> },
    { outputs: { a: () => 1 } },
    { outputs: JSON.parse('{"__proto__":{"polluted":true}}') as Record<string, unknown> },
  ];
  for (const settings of wrong) {
    it(`refuses ${JSON.stringify(settings)}`, () => {
      const refusal = refusalOf(() => withSettings(plan, settings));
      expect(refusal.code).to.equal('USAGE');
      expect(refusal.hint).to.match(/--help/);
    });
  }

  it('refuses what the plan file could not hold', () => {
    const { context } = withSettings(plan, { context: { deep: nested(62) } });
    checkWholePlan({ ...plan, context });
    const deeper = () => withSettings(plan, { context: { deep: nested(63) } });
    expect(refusalOf(deeper).message).to.match(/nested too deeply/);
  });
});

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)];
}

describe('toPlanData', () => {
  it('adds two keys to the plan as in its file', () => {
    const plan = samplePlan({ reversion_count: 3 });
    expect(toPlanData(plan, 7)).to.deep.equal({ ...plan, checkpoints: 7, reversions_left: 7 });
  });

  it('knows no limit, and none left below zero', () => {
    expect(reversionsLeft(samplePlan({ max_reversions: null, reversion_count: 9 }))).to.equal(null);
    expect(reversionsLeft(samplePlan({ max_reversions: 2, reversion_count: 9 }))).to.equal(0);
  });
});
