import { expect } from 'chai';
import fc from 'fast-check';
import { LIMITS } from '../../src/core/limits.js';
import { addDecision } from '../../src/plan/decision.js';
import { completeStep } from '../../src/plan/step.js';
import {
  formatPlanState,
  parsePlanState,
  planState,
  stateDigest,
  subplansOf,
  type PlanState,
} from '../../src/plan/plan-state.js';
import { withCheckpoint } from '../../src/plan/rolled-back.js';
import type { Plan } from '../../src/plan/types.js';
import { anyPlan, fixtureText, ID, idOf, NOW, refusalOf, samplePlan } from './samples.js';

const parsedFrom = (value: unknown) =>
  parsePlanState(Buffer.from(JSON.stringify(value)), 'the sidecar');

const below = (id: number, parent: string) =>
  samplePlan({ plan_id: idOf(id), parent_plan_id: parent });

describe('subplansOf', () => {
  it('finds those below at any depth, and no others', () => {
    const plans = [
      below(3, idOf(2)),
      below(1, ID),
      samplePlan(),
      below(2, idOf(1)),
      below(9, idOf(8)),
    ];
    const found = subplansOf(ID, plans).map((plan) => plan.plan_id);
    expect(found).to.deep.equal([idOf(3), idOf(1), idOf(2)]);
  });

  it('ends when parents go in a circle', () => {
    const circle = [below(1, idOf(2)), below(2, idOf(1))];
    expect(subplansOf(idOf(1), circle).map((plan) => plan.plan_id)).to.deep.equal([idOf(2)]);
  });
});

describe('planState', () => {
  it('comes back from its JSON, for any plan', () => {
    fc.assert(
      fc.property(anyPlan, anyPlan, (plan, other) => {
        const sub = { ...other, plan_id: idOf(1), parent_plan_id: plan.plan_id };
        const bytes = formatPlanState(planState(plan, [plan, sub]));
        const parsed = parsePlanState(bytes, 'plan.json');
        expect(formatPlanState(parsed).toString()).to.equal(bytes.toString());
        expect(parsed.subplans).to.have.length(1);
      }),
    );
  });

  it('is read from older versions, with subplans and without', () => {
    const old = JSON.parse(fixtureText('v1.json')) as Record<string, unknown>;
    expect(parsedFrom(old)).to.deep.include({ last_completed_step: -1, subplans: [] });
    const { subplans } = parsedFrom({ ...old, subplans: [old] });
    expect(subplans[0]).to.include({ schema_version: 2, last_completed_step: -1 });
  });

  const wrong: [unknown, string][] = [
    [null, 'STATE_DAMAGED'],
    [{}, 'STATE_DAMAGED'],
    [{ ...samplePlan(), subplans: {} }, 'STATE_DAMAGED'],
    [{ ...samplePlan(), subplans: [{}] }, 'STATE_DAMAGED'],
    [{ ...samplePlan(), steps: 1 }, 'STATE_DAMAGED'],
    [{ ...samplePlan(), schema_version: 3 }, 'UNSUPPORTED_FORMAT'],
    [{ ...samplePlan(), subplans: [{ schema_version: 3 }] }, 'UNSUPPORTED_FORMAT'],
  ];
  for (const [value, code] of wrong) {
    it(`refuses ${JSON.stringify(value).slice(-40)}`, () => {
      const refusal = refusalOf(() => parsedFrom(value));
      expect(refusal.code).to.equal(code);
      expect(refusal.details['path']).to.equal('the sidecar');
    });
  }
});

describe('parsePlanState', () => {
  it('refuses what is not JSON, or too large', () => {
    for (const bytes of [Buffer.from('{'), new Uint8Array(LIMITS.planFileBytes + 1)]) {
      const refusal = refusalOf(() => parsePlanState(bytes, 'p'));
      expect(refusal.code).to.equal('STATE_DAMAGED');
      expect(refusal.details['problem']).to.match(bytes.length === 1 ? /^not JSON/ : /^too large/);
    }
  });
});

describe('stateDigest', () => {
  const plan = completeStep(samplePlan({ context: { a: { x: 1, y: [2, 3] } } }), 0, {
    status: 'done',
    output: { o: 1 },
    at: NOW,
  });
  const digestOf = (one: Plan, plans: readonly Plan[] = []) => stateDigest(planState(one, plans));

  it('is that of an equal state in another order of keys, and through JSON', () => {
    const turned = Object.fromEntries(Object.entries(plan).reverse()) as unknown as Plan;
    const context = { a: { y: [2, 3], x: 1 } };
    expect(digestOf({ ...turned, context })).to.equal(digestOf(plan));
    expect(stateDigest(parsedFrom(planState(plan, [])))).to.equal(digestOf(plan));
    expect(digestOf(plan)).to.match(/^[0-9a-f]{64}$/);
  });

  it('is not changed by taking a checkpoint, by time, or by what can be undone', () => {
    const rollbacks: Plan['rollbacks'] = {
      undo: [
        {
          from_checkpoint_id: idOf(1),
          to_checkpoint_id: idOf(2),
          last_checkpoint_id: null,
          keeps: [],
          correction_id: null,
          head_moved: false,
          moved_branch: null,
          paths: null,
          at: plan.created_at,
        },
      ],
      redo: [],
    };
    const same: Plan[] = [
      withCheckpoint(plan, idOf(4), 0),
      { ...plan, updated_at: new Date(0).toISOString() },
      { ...plan, rollbacks },
      completeStep(plan, 0, { status: 'done', output: { o: 1 }, at: NOW + 1 }),
    ];
    for (const one of same) expect(digestOf(one)).to.equal(digestOf(plan));
    const sub = below(1, ID);
    expect(digestOf(plan, [withCheckpoint(sub, idOf(4))])).to.equal(digestOf(plan, [sub]));
  });

  it('is changed by everything else', () => {
    const changes: Partial<Plan & { other: number }>[] = [
      { reversion_count: 1 },
      { last_completed_step: 3 },
      { phase: 'verify' },
      { name: 'n' },
      { status: 'applied' },
      { steps: [] },
      { context: { a: { x: 1, y: [3, 2] } } },
      { outputs: {} },
      { retention: { keep_last: 1, keep_within_seconds: 1, keep_hourly: 1, keep_daily: 1 } },
      { other: 1 },
    ];
    const states: PlanState[] = [
      planState(plan, []),
      ...changes.map((change) => planState({ ...plan, ...change }, [])),
      planState(
        addDecision(plan, {
          id: idOf(1),
          question: 'q',
          choice: 'c',
          checkpointId: idOf(2),
          now: NOW,
        }),
        [],
      ),
      planState(plan, [below(1, ID)]),
      planState(plan, [{ ...below(1, ID), last_completed_step: 0 }]),
    ];
    expect(new Set(states.map(stateDigest)).size).to.equal(states.length);
  });
});
