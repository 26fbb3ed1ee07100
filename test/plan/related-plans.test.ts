import { expect } from 'chai';
import fc from 'fast-check';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createPlanFile, formatPlan, listPlans } from '../../src/plan/plan-file.js';
import { subplansOf } from '../../src/plan/plan-state.js';
import { relatedPlans } from '../../src/plan/related-plans.js';
import type { Plan } from '../../src/plan/types.js';
import { unprivileged } from '../disk/unprivileged.js';
import { tempDirectory } from '../helpers/temp.js';
import { bytesRead } from './bytes-read.js';
import { idOf, planPathIn, samplePlan } from './samples.js';

const LARGE = 10 * 1024 * 1024;

/** Plans numbered from 0, each with the number of its parent. */
function plansOf(parents: readonly (number | null)[]): Plan[] {
  return parents.map((parent, number) =>
    samplePlan({
      plan_id: idOf(number),
      name: number % 2 === 0 ? null : `"é" \\ ${number}`,
      parent_plan_id: parent === null ? null : idOf(parent),
    }),
  );
}

function stateDirOf(plans: readonly Plan[]): string {
  const stateDir = tempDirectory();
  planPathIn(stateDir);
  for (const plan of plans) createPlanFile(stateDir, plan, 'fast');
  return stateDir;
}

function numbersOf(plans: readonly Plan[]): number[] {
  return plans.map(({ plan_id: id }) => Number(id.slice(-8)));
}

describe('plan: those above and below a plan', () => {
  it('are found at any depth, the oldest first', () => {
    const plans = plansOf([null, 0, 1, 2, 1, 0, null, 6, 3]);
    const { plans: found, damaged } = relatedPlans(stateDirOf(plans), plans[2] as Plan);
    expect(numbersOf(found)).to.deep.equal([0, 1, 3, 8]);
    expect(damaged).to.deep.equal([]);
  });

  it('are those that a list of all plans has, whatever their parents are', () => {
    const parents = fc.array(fc.option(fc.nat(6)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(parents, (given) => {
        const plans = plansOf(given);
        const plan = plans[0] as Plan;
        const stateDir = stateDirOf(plans);
        const all = listPlans(stateDir).plans;
        const above = all.filter(({ plan_id: id }) => subplansOf(id, all).includes(all[0] as Plan));
        const below = subplansOf(plan.plan_id, all);
        const expected = all.filter((one) => above.includes(one) || below.includes(one));
        expect(relatedPlans(stateDir, plan).plans).to.deep.equal(
          expected.filter(({ plan_id: id }) => id !== plan.plan_id),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('are found without reading what the others hold', () => {
    const plans = plansOf([null, 0, null]);
    const large = { ...(plans[2] as Plan), context: { text: 'x'.repeat(LARGE) } };
    const stateDir = stateDirOf([...plans.slice(0, 2), large]);
    const before = bytesRead();
    const { plans: found } = relatedPlans(stateDir, plans[0] as Plan);
    expect(bytesRead() - before).to.be.below(100_000);
    expect(numbersOf(found)).to.deep.equal([1]);
    expect(numbersOf(relatedPlans(stateDir, large).plans)).to.deep.equal([]);
  });

  it('may be written by another hand, or an older piton', () => {
    const plans = plansOf([null, 0, null]);
    const rewrites: ((file: string) => string)[] = [
      (file) => JSON.stringify(JSON.parse(file)),
      (file) => file.replace(/"schema_version": \d+/, '"schema_version": 1'),
      (file) => file.replace('  "name"', '  "a": {\n  "b": 1},\n  "name"'),
      (file) => file.replace('  "parent_plan_id"', '  "a": 1,\n  "parent_plan_id"'),
    ];
    for (const rewrite of rewrites) {
      const stateDir = stateDirOf(plans);
      for (const plan of plans) {
        writeFileSync(planPathIn(stateDir, plan.plan_id), rewrite(formatPlan(plan).toString()));
      }
      const { plans: found, damaged } = relatedPlans(stateDir, plans[0] as Plan);
      expect([numbersOf(found), damaged]).to.deep.equal([[1], []]);
    }
  });

  it('are told of when they are damaged, and so is what might belong to them', () => {
    const plans = plansOf([null, 0, null, null, null]);
    const stateDir = stateDirOf(plans.slice(0, 4));
    const cut = (number: number, bytes: number): void => {
      const file = formatPlan(plans[number] as Plan).subarray(0, bytes);
      writeFileSync(planPathIn(stateDir, idOf(number)), file);
    };
    cut(1, -5);
    cut(2, -5);
    cut(3, 20);
    chmodSync(stateDir, 0o755);
    chmodSync(planPathIn(stateDir, idOf(0)), 0o000);
    const { damaged: closed } = unprivileged(() => relatedPlans(stateDir, plans[4] as Plan));
    expect(closed.map(({ plan_id: id }) => id)).to.include(idOf(0));
    mkdirSync(planPathIn(stateDir, idOf(4)));
    const { plans: found, damaged } = relatedPlans(stateDir, plans[0] as Plan);
    expect(found).to.deep.equal([]);
    expect(damaged.map(({ plan_id: id }) => id)).to.deep.equal([1, 3, 4].map(idOf));
    expect(damaged.map(({ error }) => error.code)).to.deep.equal(Array(3).fill('STATE_DAMAGED'));
  });

  it('are none without a folder of plans', () => {
    expect(relatedPlans(tempDirectory(), samplePlan()).plans).to.deep.equal([]);
  });
});
