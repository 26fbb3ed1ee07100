import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createPlanFile,
  deletePlanFile,
  listPlans,
  readPlan,
  updatePlan,
} from '../../src/plan/plan-file.js';
import { tempDirectory } from '../helpers/temp.js';
import { ID, idOf, NOW, planPathIn, refusalOf, samplePlan, stateDirWith } from './samples.js';

const LATER = { clock: { now: () => NOW + 1000 }, durability: 'fast' } as const;

describe('a hostile plan file', () => {
  const whole = JSON.stringify(samplePlan());
  const damages: [string, string | Uint8Array, RegExp][] = [
    ['an empty file', '', /^not JSON/],
    ['a truncated one', whole.slice(0, -20), /^not JSON/],
    ['text', 'hello', /^not JSON/],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), /^not UTF-8/],
    ['zeros', new Uint8Array(64), /^not JSON/],
    ['a list', '[]', /^plan: expected an object/],
    ['null', 'null', /^plan: expected an object/],
    ['a wrong type', whole.replace('"reversion_count":0', '"reversion_count":"0"'), /^reversion/],
    ['a number beyond all', whole.replace('"context":{', '"context":{"n":1e999'), /n: not a JSON/],
    ['a prototype', whole.replace('{', '{"__proto__":{"polluted":1},'), /__proto__/],
    [
      'a well',
      whole.replace('"context":{', `"context":{"a":${'['.repeat(9e5)}${']'.repeat(9e5)}`),
      /deep/,
    ],
    ['another plan', JSON.stringify(samplePlan({ plan_id: idOf(1) })), /^it holds the plan/],
  ];
  for (const [what, contents, problem] of damages) {
    it(`refuses ${what}`, () => {
      const stateDir = stateDirWith(contents);
      const refusal = refusalOf(() => readPlan(stateDir, ID));
      expect(refusal.code).to.equal('STATE_DAMAGED');
      expect(refusal.details['problem']).to.match(problem);
      expect(refusal.details['path']).to.equal(planPathIn(stateDir));
      expect(refusal.hint).to.match(/piton doctor --repair/);
      expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
    });
  }

  it('refuses a file above the limit without reading it', () => {
    const stateDir = stateDirWith('');
    truncateSync(planPathIn(stateDir), 300 * 1024 * 1024);
    const before = process.memoryUsage().rss;
    const refusal = refusalOf(() => readPlan(stateDir, ID));
    expect(refusal.code).to.equal('STATE_DAMAGED');
    expect(refusal.details['problem']).to.match(/at most 268435456 bytes/);
    expect(process.memoryUsage().rss - before).to.be.lessThan(100 * 1024 * 1024);
  });

  it('refuses a link, a folder and a FIFO, and does not wait', () => {
    const elsewhere = join(tempDirectory(), 'elsewhere.json');
    writeFileSync(elsewhere, whole);
    const makers = [
      (path: string) => {
        symlinkSync(elsewhere, path);
      },
      (path: string) => {
        mkdirSync(path);
      },
      (path: string) => execFileSync('mkfifo', [path]),
    ];
    for (const make of makers) {
      const stateDir = tempDirectory();
      make(planPathIn(stateDir));
      const refusal = refusalOf(() => readPlan(stateDir, ID));
      expect(refusal.code).to.equal('STATE_DAMAGED');
      expect(refusal.details['problem']).to.match(/not a regular file/);
    }
  });

  it('does not go through a link for the folder', () => {
    const outside = stateDirWith(whole);
    const stateDir = tempDirectory();
    symlinkSync(join(outside, 'plans'), join(stateDir, 'plans'));
    const actions = [
      () => readPlan(stateDir, ID),
      () => listPlans(stateDir),
      () => updatePlan(stateDir, ID, (plan) => plan, LATER),
      () => createPlanFile(stateDir, samplePlan({ plan_id: idOf(1) }), 'fast'),
      () => deletePlanFile(stateDir, ID, 'fast'),
    ];
    for (const action of actions) {
      expect(refusalOf(action).code).to.equal('UNSAFE_PATH');
    }
    expect(readFileSync(planPathIn(outside), 'utf8')).to.equal(whole);
  });
});
