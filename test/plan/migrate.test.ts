import { expect } from 'chai';
import { migratePlan } from '../../src/plan/migrate.js';
import { readPlan } from '../../src/plan/plan-file.js';
import { fixtureText, ID, refusalOf, stateDirWith } from './samples.js';

describe('migratePlan', () => {
  const readFixture = (name: string) => readPlan(stateDirWith(fixtureText(name)), ID);

  it('gives a version 1 plan its counters and keeps all it had', () => {
    const plan = readFixture('v1.json');
    expect(plan).to.include({
      schema_version: 2,
      reversion_count: 0,
      last_completed_step: -1,
      last_checkpoint_id: null,
      name: 'swap parser',
      max_reversions: null,
      owner: 'somebody',
      created_at: '2025-01-02T03:04:05.000Z',
    });
    expect(plan.context).to.deep.equal({ goal: 'faster' });
  });

  it('takes a file without a version for version 1', () => {
    expect(readFixture('v1-without-version.json')).to.include({
      schema_version: 2,
      reversion_count: 0,
      last_completed_step: -1,
      last_checkpoint_id: null,
      max_reversions: 10,
      phase: 'execute',
      status: 'active',
    });
  });

  it('keeps a counter that an older file has after all', () => {
    expect(readFixture('v1-with-counter.json').reversion_count).to.equal(3);
  });

  it('is pure', () => {
    const old = Object.freeze({ schema_version: 1, name: 'x' });
    expect(migratePlan(old, 'p')).to.deep.equal({
      schema_version: 2,
      reversion_count: 0,
      last_completed_step: -1,
      last_checkpoint_id: null,
      name: 'x',
    });
  });

  it('gives a current file the counters that it lacks', () => {
    expect(readFixture('v2-without-counters.json')).to.include({
      reversion_count: 0,
      last_completed_step: -1,
      last_checkpoint_id: null,
      max_reversions: 5,
    });
  });

  it('reads the current version as it is', () => {
    const text = fixtureText('v2.json');
    expect(readFixture('v2.json')).to.deep.equal(JSON.parse(text));
  });

  it('refuses a newer version, saying what it expected and found', () => {
    const refusal = refusalOf(() => readFixture('v3.json'));
    expect(refusal.code).to.equal('UNSUPPORTED_FORMAT');
    expect(refusal.details).to.include({ expected: 2, found: 3 });
    expect(refusal.details['path']).to.match(/plans\/01ARZ3NDEKTSV4RRFFQ69G5FAV\.json$/);
    expect(refusal.hint).to.match(/upgrade/);
  });

  for (const version of ['2', 0, -1, 1.5, null, {}, [2], true]) {
    it(`refuses the version ${JSON.stringify(version)}`, () => {
      const refusal = refusalOf(() => migratePlan({ schema_version: version }, 'p'));
      expect(refusal.code).to.equal('STATE_DAMAGED');
      expect(refusal.details).to.deep.equal({
        path: 'p',
        problem: 'schema_version: expected a whole number, 1 or more',
      });
    });
  }
});
