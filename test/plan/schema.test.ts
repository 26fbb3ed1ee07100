import { expect } from 'chai';
import { runInNewContext } from 'node:vm';
import { LIMITS } from '../../src/core/limits.js';
import { SchemaProblem } from '../../src/plan/check.js';
import { checkPlan, checkWholePlan } from '../../src/plan/schema.js';
import { fixtureText, idOf, NOW, samplePlan } from './samples.js';

const TIME = new Date(NOW).toISOString();

function problemOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof SchemaProblem) return error.message;
    throw error;
  }
  return '';
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

const decision = (id: number, parent: number | null = null) => ({
  decision_id: idOf(id),
  parent_id: parent === null ? null : idOf(parent),
  question: 'q',
  choice: 'c',
  step: 0,
  created_at: TIME,
});

describe('checkPlan', () => {
  it('fills in what may be missing, schema_version first and unknown keys last', () => {
    const plan = checkPlan({
      zebra: 1,
      updated_at: TIME,
      created_at: TIME,
      plan_id: idOf(1),
      schema_version: 2,
    });
    expect(plan).to.deep.equal({
      ...samplePlan({ plan_id: idOf(1) }),
      zebra: 1,
    });
    expect(Object.keys(plan)[0]).to.equal('schema_version');
    expect(Object.keys(plan).at(-1)).to.equal('zebra');
  });

  it('shares no default between two plans', () => {
    const bare = { schema_version: 2, plan_id: idOf(1), created_at: TIME, updated_at: TIME };
    expect(checkPlan(bare).rollbacks).to.not.equal(checkPlan(bare).rollbacks);
    expect(checkPlan(bare).context).to.not.equal(checkPlan(bare).context);
    expect(checkPlan(bare).steps).to.not.equal(checkPlan(bare).steps);
  });

  it('takes an entry of undo or redo that is older than what it keeps', () => {
    const written = JSON.parse(fixtureText('v2.json')) as ReturnType<typeof samplePlan>;
    const [{ keeps, ...entry } = { keeps: null }] = written.rollbacks.undo;
    expect(keeps).to.be.an('array');
    const plan = checkPlan({ ...written, rollbacks: { undo: [entry], redo: [] } });
    expect(plan.rollbacks.undo[0]?.keeps).to.deep.equal([]);
  });

  it('keeps unknown keys at every depth', () => {
    const written = JSON.parse(fixtureText('v2.json')) as ReturnType<typeof samplePlan>;
    const [step] = written.steps;
    const [made] = written.decisions;
    const [correction] = written.corrections;
    const [entry] = written.rollbacks.undo;
    const value = {
      ...written,
      steps: [{ ...step, of_a_step: [1] }],
      decisions: [{ ...made, of_a_decision: { a: null } }],
      corrections: [{ ...correction, of_a_correction: 'x' }],
      rollbacks: { ...written.rollbacks, undo: [{ ...entry, of_an_entry: 0 }], other: {} },
      retention: { ...written.retention, of_retention: true },
      constructor: 'also a key',
    };
    expect(checkPlan(value)).to.deep.equal(value);
  });

  const wrong: [string, Record<string, unknown>, RegExp][] = [
    ['an id', { plan_id: 'x' }, /^plan_id: expected an id/],
    ['a lower-case id', { plan_id: idOf(1).toLowerCase() }, /^plan_id/],
    ['a parent', { parent_plan_id: '../../x' }, /^parent_plan_id/],
    ['a version', { schema_version: 1 }, /^schema_version: expected 2/],
    ['a number as name', { name: 1 }, /^name: expected text of 1 to 200/],
    ['an empty name', { name: ' ' }, /^name/],
    ['a long name', { name: 'x'.repeat(LIMITS.planNameCharacters + 1) }, /^name/],
    ['a name of two lines', { name: 'a\nb' }, /^name/],
    ['a name with a line separator', { name: 'a\u2028b' }, /^name/],
    ['a status', { status: 'open' }, /^status: expected one of active, applied, abandoned/],
    ['a phase of two lines', { phase: 'a\nPiton-Kind: b' }, /^phase/],
    ['no phase', { phase: null }, /^phase/],
    ['text as counter', { reversion_count: '1' }, /^reversion_count: expected a whole number, 0/],
    ['a negative counter', { reversion_count: -1 }, /^reversion_count/],
    ['half a reversion', { reversion_count: 0.5 }, /^reversion_count/],
    ['too large a counter', { reversion_count: 2 ** 53 }, /^reversion_count/],
    ['no counter', { reversion_count: null }, /^reversion_count/],
    ['a negative limit', { max_reversions: -1 }, /^max_reversions/],
    ['a step below -1', { last_completed_step: -2 }, /^last_completed_step/],
    ['no last step', { last_completed_step: null }, /^last_completed_step/],
    ['a checkpoint', { last_checkpoint_id: 7 }, /^last_checkpoint_id/],
    ['every 0 steps', { checkpoint_every_steps: 0 }, /^checkpoint_every_steps/],
    ['every 0 seconds', { checkpoint_every_seconds: 0 }, /^checkpoint_every_seconds: expected a/],
    ['seconds as text', { checkpoint_every_seconds: '5m' }, /^checkpoint_every_seconds/],
    ['half a policy', { retention: { keep_last: 1 } }, /^retention.keep_within_seconds: missing/],
    ['steps', { steps: {} }, /^steps: expected a list/],
    ['a step', { steps: [3] }, /^steps\[0\]: expected an object/],
    ['a step without a number', { steps: [{}] }, /^steps\[0\].step: missing/],
    ['a time', { created_at: 'yesterday' }, /^created_at: expected a time/],
    ['the 45th', { created_at: '2025-01-45T00:00:00Z' }, /^created_at/],
    ['a local time', { updated_at: '2025-01-01T00:00:00+01:00' }, /^updated_at/],
    ['context', { context: [] }, /^context: expected an object/],
    ['outputs', { outputs: 'x' }, /^outputs/],
    ['rollbacks', { rollbacks: { undo: [{}] } }, /^rollbacks.undo\[0\].from_checkpoint_id: miss/],
    ['no number', { context: { a: Infinity } }, /^plan.context.a: not a JSON value/],
    ['NaN', { context: { a: [NaN] } }, /^plan.context.a\[0\]: not a JSON value/],
    ['a function', { context: { toJSON: () => 1 } }, /^plan.context.toJSON: not a JSON value/],
    ['undefined', { extra: undefined }, /^plan.extra: not a JSON value/],
    ['a date', { context: { a: new Date() } }, /^plan.context.a: not a JSON value/],
    ['a hole', { context: { a: new Array(1) } }, /^plan.context.a\[0\]: not a JSON value/],
  ];
  for (const [what, fields, problem] of wrong) {
    it(`refuses ${what}`, () => {
      expect(problemOf(() => checkPlan({ ...samplePlan(), ...fields }))).to.match(problem);
    });
  }

  for (const value of [null, [], 'x', 1, true]) {
    it(`refuses ${JSON.stringify(value)} for a plan`, () => {
      expect(problemOf(() => checkPlan(value))).to.match(/expected an object|not a JSON/);
    });
  }

  it('refuses the key __proto__ at every depth and changes no prototype', () => {
    const plan = JSON.stringify(samplePlan());
    const key = '"__proto__":{"polluted":1}';
    const texts = [
      plan.replace('{', `{${key},`),
      plan.replace('"context":{', `"context":{"a":[{${key}}]`),
      plan.replace('"rollbacks":{', `"rollbacks":{${key},`),
    ];
    for (const text of texts) {
      expect(problemOf(() => checkPlan(JSON.parse(text)))).to.match(/__proto__ is not allowed/);
    }
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });

  it('takes nesting up to its limit and no deeper', () => {
    const deepest = LIMITS.planJsonDepth - 2;
    expect(problemOf(() => checkPlan(samplePlan({ context: { a: nested(deepest) } })))).to.equal(
      '',
    );
    expect(
      problemOf(() => checkPlan(samplePlan({ context: { a: nested(deepest + 1) } }))),
    ).to.match(/nested too deeply$/);
    const huge = nested(1_000_000);
    expect(problemOf(() => checkPlan(samplePlan({ context: { huge } })))).to.match(/deeply$/);
  });

  it('ends at a cycle', () => {
    const context: Record<string, unknown> = {};
    context['self'] = context;
    expect(problemOf(() => checkPlan(samplePlan({ context })))).to.match(/nested too deeply$/);
  });

  it('takes objects without a prototype, and those of another realm', () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1 });
    const foreign = runInNewContext('({ b: 2 })') as object;
    expect(checkPlan(samplePlan({ context: { bare, foreign } })).context).to.have.keys(
      'bare',
      'foreign',
    );
  });

  describe('of decisions', () => {
    const withDecisions = (...decisions: object[]) => checkPlan({ ...samplePlan(), decisions });

    it('fills in what may be missing', () => {
      expect(withDecisions(decision(1)).decisions[0]).to.deep.equal({
        ...decision(1),
        rationale: null,
        checkpoint_id: null,
        status: 'active',
        artifacts: [],
      });
    });

    it('takes a parent that is before it, or gone', () => {
      expect(withDecisions(decision(1), decision(2, 1), decision(3, 9)).decisions).to.have.length(
        3,
      );
    });

    it('refuses an id twice, and parents that could lead in a circle', () => {
      expect(problemOf(() => withDecisions(decision(1), decision(1)))).to.match(/an id twice/);
      expect(problemOf(() => withDecisions(decision(1, 1)))).to.match(/before its parent/);
      expect(problemOf(() => withDecisions(decision(1, 2), decision(2, 1)))).to.match(
        /^decisions\[0\]: stands before its parent/,
      );
    });

    it('gives each path of an artifact one form', () => {
      const artifacts = ['a', { base64: 'Yg==' }, { base64: '/w==' }, 'ä'];
      const [first] = withDecisions({ ...decision(1), artifacts }).decisions;
      expect(first?.artifacts).to.deep.equal(['a', 'b', { base64: '/w==' }, 'ä']);
    });

    for (const path of ['', 'a\0b', 'x'.repeat(LIMITS.pathBytes + 1), 1, null, [], {}]) {
      it(`refuses the path ${JSON.stringify(path)?.slice(0, 20)}`, () => {
        const problem = problemOf(() => withDecisions({ ...decision(1), artifacts: [path] }));
        expect(problem).to.match(/^decisions\[0\]\.artifacts\[0\]: expected/);
      });
    }
  });
});

describe('checkWholePlan', () => {
  it('fills nothing in: each field by itself must be there', () => {
    const whole = samplePlan();
    for (const key of Object.keys(whole)) {
      const { [key as keyof typeof whole]: left, ...rest } = whole;
      expect(left).to.not.equal(undefined);
      expect(problemOf(() => checkWholePlan(rest as typeof whole))).to.equal(`missing: ${key}`);
    }
    expect(checkWholePlan(whole)).to.deep.equal(whole);
  });
});
