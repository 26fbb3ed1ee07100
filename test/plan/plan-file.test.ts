import { expect } from 'chai';
import fc from 'fast-check';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { LIMITS } from '../../src/core/limits.js';
import {
  createPlanFile,
  deletePlanFile,
  formatPlan,
  listPlans,
  planFilePath,
  readPlan,
  replacePlan,
  updatePlan,
} from '../../src/plan/plan-file.js';
import type { Plan } from '../../src/plan/types.js';
import { unprivileged, unprivilegedDirectory } from '../disk/unprivileged.js';
import { tempDirectory } from '../helpers/temp.js';
import {
  anyPlan,
  fixtureText,
  ID,
  idOf,
  NOW,
  planPathIn,
  refusalOf,
  samplePlan,
  stateDirWith,
} from './samples.js';

const LATER = { clock: { now: () => NOW + 1000 }, durability: 'fast' } as const;

describe('a plan file', () => {
  it('holds every field, schema_version first, for people to read', () => {
    const stateDir = tempDirectory();
    createPlanFile(stateDir, samplePlan(), 'full');
    const text = readFileSync(join(stateDir, planFilePath(ID)), 'utf8');
    expect(text).to.match(/^\{\n {2}"schema_version": 2,\n {2}"plan_id": /);
    expect(text).to.match(/\n\}\n$/);
    expect(JSON.parse(text)).to.have.keys(Object.keys(samplePlan()));
  });

  it('comes back as any plan that was written', () => {
    fc.assert(
      fc.property(anyPlan, (plan) => {
        const stateDir = stateDirWith(formatPlan(plan));
        const read = readPlan(stateDir, ID);
        rmSync(stateDir, { recursive: true });
        expect(JSON.stringify(read)).to.equal(JSON.stringify(plan));
      }),
      { numRuns: 100 },
    );
  });

  it('is byte for byte the same after a read and a write', () => {
    const stateDir = stateDirWith(fixtureText('v2.json'));
    const clock = { now: () => Date.parse('2025-01-02T03:04:06.000Z') };
    updatePlan(stateDir, ID, (plan) => plan, { ...LATER, clock });
    expect(readFileSync(planPathIn(stateDir), 'utf8')).to.equal(fixtureText('v2.json'));
  });

  it('keeps keys that are not ours through an update', () => {
    const text = JSON.stringify({ ...samplePlan(), their: { own: [null, 'key'] } });
    const stateDir = stateDirWith(text);
    updatePlan(stateDir, ID, (plan) => ({ ...plan, phase: 'verify' }), LATER);
    expect(readPlan(stateDir, ID)).to.deep.include({
      their: { own: [null, 'key'] },
      phase: 'verify',
    });
  });

  it('may begin with a byte order mark', () => {
    const stateDir = stateDirWith(`\ufeff${JSON.stringify(samplePlan())}`);
    expect(readPlan(stateDir, ID)).to.deep.equal(samplePlan());
  });
});

describe('readPlan', () => {
  it('finds no plan where there is none, not even a folder', () => {
    const there = tempDirectory();
    for (const stateDir of [there, join(there, 'absent')]) {
      const refusal = refusalOf(() => readPlan(stateDir, ID));
      expect(refusal.code).to.equal('PLAN_NOT_FOUND');
      expect(refusal.details).to.deep.equal({ plan: ID });
    }
    mkdirSync(join(there, 'plans'));
    expect(refusalOf(() => readPlan(there, ID)).code).to.equal('PLAN_NOT_FOUND');
  });

  it('takes nothing but an id, so that none leads out of the folder', () => {
    const stateDir = stateDirWith(JSON.stringify(samplePlan()));
    for (const planId of ['../x', '', ID.toLowerCase(), `../plans/${ID}`]) {
      expect(refusalOf(() => readPlan(stateDir, planId)).code).to.equal('PLAN_NOT_FOUND');
      const update = () => updatePlan(stateDir, planId, (plan) => plan, LATER);
      expect(refusalOf(update).code).to.equal('PLAN_NOT_FOUND');
    }
  });
});

describe('createPlanFile', () => {
  it('does not write over a plan', () => {
    const stateDir = stateDirWith(JSON.stringify(samplePlan({ phase: 'first' })));
    const refusal = refusalOf(() => createPlanFile(stateDir, samplePlan(), 'fast'));
    expect(refusal.code).to.equal('INTERNAL');
    expect(readPlan(stateDir, ID).phase).to.equal('first');
  });

  it('says so when there is no state directory', () => {
    const stateDir = join(tempDirectory(), 'absent');
    const refusal = refusalOf(() => createPlanFile(stateDir, samplePlan(), 'fast'));
    expect(refusal.code).to.equal('WORKSPACE_MISSING');
    expect(refusal.hint).to.match(/piton init/);
    expect(existsSync(stateDir)).to.equal(false);
  });
});

describe('updatePlan', () => {
  const start = () => stateDirWith(JSON.stringify(samplePlan({ reversion_count: 2 })));

  it('reads anew, writes what the change makes, with the time, and gives that back', () => {
    const stateDir = start();
    writeFileSync(planPathIn(stateDir), JSON.stringify(samplePlan({ last_completed_step: 4 })));
    const change = (plan: Plan) => ({ ...plan, last_completed_step: plan.last_completed_step + 1 });
    const updated = updatePlan(stateDir, ID, change, LATER);
    expect(updated).to.deep.equal(
      samplePlan({ last_completed_step: 5, updated_at: new Date(NOW + 1000).toISOString() }),
    );
    expect(readPlan(stateDir, ID)).to.deep.equal(updated);
  });

  it('finds no plan where there is none', () => {
    const update = () => updatePlan(tempDirectory(), ID, (plan) => plan, LATER);
    expect(refusalOf(update).code).to.equal('PLAN_NOT_FOUND');
  });

  const defects: [string, (plan: Plan) => Plan][] = [
    ['lowers reversion_count', (plan) => ({ ...plan, reversion_count: 1 })],
    ['makes it another plan', (plan) => ({ ...plan, plan_id: idOf(1) })],
    ['makes a field wrong', (plan) => ({ ...plan, last_completed_step: -2 })],
    [
      'forgets a field',
      ({ last_completed_step, ...rest }) => {
        expect(last_completed_step).to.equal(-1);
        return rest as Plan;
      },
    ],
  ];
  for (const [what, change] of defects) {
    it(`does not write a change that ${what}`, () => {
      const stateDir = start();
      const before = readFileSync(planPathIn(stateDir));
      const refusal = refusalOf(() => updatePlan(stateDir, ID, change, LATER));
      expect(refusal.code).to.equal('INTERNAL');
      expect(refusal.hint).to.match(/defect/);
      expect(readFileSync(planPathIn(stateDir))).to.deep.equal(before);
    });
  }

  it('writes nothing when the change throws or the write fails', () => {
    const stateDir = start();
    const before = readFileSync(planPathIn(stateDir));
    const failing = () => {
      throw new Error('changed my mind');
    };
    expect(() => updatePlan(stateDir, ID, failing, LATER)).to.throw('changed my mind');
    const swap = (plan: Plan) => {
      renameSync(join(stateDir, 'plans'), join(stateDir, 'moved'));
      writeFileSync(join(stateDir, 'plans'), '');
      return plan;
    };
    expect(refusalOf(() => updatePlan(stateDir, ID, swap, LATER)).code).to.equal('UNSAFE_PATH');
    expect(readdirSync(join(stateDir, 'moved'))).to.deep.equal([`${ID}.json`]);
    expect(readFileSync(join(stateDir, 'moved', `${ID}.json`))).to.deep.equal(before);
  });
});

describe('replacePlan', () => {
  const after = samplePlan({ reversion_count: 2, last_completed_step: 1 });
  const held = { ...after, ...{ their_own: 1 } };

  for (const [what, contents] of [
    ['the plan before', JSON.stringify(samplePlan({ reversion_count: 1 }))],
    ['the plan after', formatPlan(after)],
    ['a damaged file', '{'],
    ['another plan', formatPlan(samplePlan({ plan_id: idOf(1), reversion_count: 9 }))],
  ] as const) {
    it(`replaces ${what}, and again`, () => {
      const stateDir = stateDirWith(contents);
      replacePlan(stateDir, ID, held, 'fast');
      replacePlan(stateDir, ID, held, 'full');
      expect(readPlan(stateDir, ID)).to.deep.equal(held);
    });
  }

  it('makes the file when there is none', () => {
    const stateDir = tempDirectory();
    replacePlan(stateDir, ID, after, 'fast');
    expect(readPlan(stateDir, ID)).to.deep.equal(after);
  });

  it('leaves a plan that has been rolled back since, and one of a newer piton', () => {
    const newer = stateDirWith(JSON.stringify(samplePlan({ reversion_count: 3 })));
    replacePlan(newer, ID, after, 'fast');
    expect(readPlan(newer, ID).reversion_count).to.equal(3);
    const unknown = stateDirWith(fixtureText('v3.json'));
    const refusal = refusalOf(() => {
      replacePlan(unknown, ID, after, 'fast');
    });
    expect(refusal.code).to.equal('UNSUPPORTED_FORMAT');
    expect(readFileSync(planPathIn(unknown), 'utf8')).to.equal(fixtureText('v3.json'));
  });

  it('refuses what is not this plan', () => {
    for (const carried of [null, {}, { ...after, plan_id: idOf(1) }, { ...after, steps: 1 }]) {
      const stateDir = tempDirectory();
      const refusal = refusalOf(() => {
        replacePlan(stateDir, ID, carried, 'fast');
      });
      expect(refusal.code).to.equal('STATE_DAMAGED');
      expect(refusal.details['path']).to.equal('journal');
      expect(readdirSync(stateDir)).to.deep.equal([]);
    }
  });
});

describe('deletePlanFile', () => {
  for (const durability of ['fast', 'full'] as const) {
    it(`removes a plan, damaged or not, and is harmless again (${durability})`, () => {
      const stateDir = stateDirWith('{');
      const other = planPathIn(stateDir, idOf(1));
      writeFileSync(other, '');
      deletePlanFile(stateDir, ID, durability);
      deletePlanFile(stateDir, ID, durability);
      expect(existsSync(planPathIn(stateDir))).to.equal(false);
      expect(existsSync(other)).to.equal(true);
    });
  }
});

describe('listPlans', () => {
  it('is empty without a folder', () => {
    expect(listPlans(tempDirectory())).to.deep.equal({ plans: [], damaged: [] });
  });

  it('gives the plans in order, tells of the damaged ones, and passes over what is no plan', () => {
    const stateDir = tempDirectory();
    for (const number of [3, 1]) {
      createPlanFile(stateDir, samplePlan({ plan_id: idOf(number) }), 'fast');
    }
    writeFileSync(planPathIn(stateDir, idOf(2)), '{');
    writeFileSync(planPathIn(stateDir, idOf(4)), fixtureText('v3.json'));
    mkdirSync(planPathIn(stateDir, idOf(5)));
    for (const name of ['notes.txt', 'x.json', `${ID}.json.tmp-1-0123456789abcdef`]) {
      writeFileSync(join(stateDir, 'plans', name), '{}');
    }
    const { plans, damaged } = listPlans(stateDir);
    expect(plans.map((plan) => plan.plan_id)).to.deep.equal([idOf(1), idOf(3)]);
    expect(damaged.map(({ plan_id, error }) => [plan_id, error.code])).to.deep.equal([
      [idOf(2), 'STATE_DAMAGED'],
      [idOf(4), 'UNSUPPORTED_FORMAT'],
      [idOf(5), 'STATE_DAMAGED'],
    ]);
  });
});

describe('a plan file without permission', () => {
  it('hides no other plan', () => {
    const stateDir = unprivilegedDirectory();
    for (const number of [1, 2]) {
      createPlanFile(stateDir, samplePlan({ plan_id: idOf(number) }), 'fast');
    }
    chmodSync(planPathIn(stateDir, idOf(1)), 0);
    const { plans, damaged } = unprivileged(() => listPlans(stateDir));
    expect(plans.map((plan) => plan.plan_id)).to.deep.equal([idOf(2)]);
    expect(damaged.map(({ plan_id, error }) => [plan_id, error.code])).to.deep.equal([
      [idOf(1), 'PERMISSION_DENIED'],
    ]);
  });
});

describe('formatPlan', () => {
  it('refuses what could not be read back', () => {
    // Strings of one letter share their memory until they are written.
    const context = { text: 'x'.repeat(LIMITS.planFileBytes) };
    const refusal = refusalOf(() => formatPlan(samplePlan({ context })));
    expect(refusal.code).to.equal('USAGE');
    expect(refusal.details['limit']).to.equal(LIMITS.planFileBytes);
  }).timeout(120_000);
});
