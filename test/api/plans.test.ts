import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../src/api/workspace.js';
import type { Warning } from '../../src/core/types.js';
import { rejectionOf } from '../disk/thrown.js';
import { assertFsckClean, git } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { expectShape, PLAN } from './shapes.js';
import { closeWorkspaces, openTest } from './workspaces.js';

function planFile(root: string, planId: string): string {
  return join(root, '.git/piton/plans', `${planId}.json`);
}

function readPlanFile(root: string, planId: string): Record<string, unknown> {
  return JSON.parse(readFileSync(planFile(root, planId), 'utf8')) as Record<string, unknown>;
}

/** A handle of its own, as another process would have. */
async function fresh(root: string): Promise<Workspace> {
  return openTest(root);
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return ((await rejectionOf(promise)) as { code?: unknown }).code;
}

describe('api: plans', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  it('are made with what they are told, or with the defaults, and become current', async () => {
    const root = tempDirectory();
    const warnings: Warning[] = [];
    const workspace = await openTest(root, { onWarning: (warning) => warnings.push(warning) });
    expect(workspace.root).to.equal(null);
    const plain = await workspace.createPlan();
    expect(workspace.root).to.equal(root);
    expect(warnings.map(({ code }) => code)).to.deep.equal(['REPOSITORY_CREATED']);
    expectShape(plain, PLAN);
    expect(plain).to.deep.include({
      ...{ name: null, parent_plan_id: null, status: 'active', phase: 'execute' },
      ...{ reversion_count: 0, max_reversions: 10, reversions_left: 10 },
      ...{ last_completed_step: -1, last_checkpoint_id: null, checkpoints: 0 },
      ...{ checkpoint_every_steps: null, checkpoint_every_seconds: null },
    });
    const full = await workspace.createPlan({
      ...{ name: 'swap parser', parent: plain.plan_id, maxReversions: 2, everySteps: 3 },
      ...{ everySeconds: 300, phase: 'plan' },
    });
    expect(full).to.deep.include({
      ...{ name: 'swap parser', parent_plan_id: plain.plan_id, max_reversions: 2, phase: 'plan' },
      ...{ checkpoint_every_steps: 3, checkpoint_every_seconds: 300, reversions_left: 2 },
    });
    const none = await workspace.createPlan({ maxReversions: null });
    expect(none).to.include({ max_reversions: null, reversions_left: null });
    const other = await fresh(root);
    expect(await other.showPlan()).to.deep.equal(none);
    const { plans } = await other.listPlans();
    expect(plans).to.deep.equal([plain, full, none]);
    const { checkpoints, reversions_left: left, ...inFile } = full;
    expect([checkpoints, left]).to.deep.equal([0, 2]);
    expect(readPlanFile(root, full.plan_id)).to.deep.equal(inFile);
    expect(Object.keys(readPlanFile(root, full.plan_id))[0]).to.equal('schema_version');
  });

  it('become current with the next command when that was cut off', async () => {
    const root = tempDirectory();
    const workspace = await openTest(root);
    const first = await workspace.createPlan();
    const second = await workspace.createPlan();
    const note = join(root, '.git/piton/pending-checkpoint');
    const leave = (planId: string): void =>
      writeFileSync(note, `${planId} ${planId} plan_creation\n`);
    await workspace.usePlan(first.plan_id);
    leave('01ARZ3NDEKTSV4RRFFQ69G5FAV');
    expect((await workspace.showPlan()).plan_id).to.equal(first.plan_id);
    expect(existsSync(note)).to.equal(false);
    leave(second.plan_id);
    expect((await workspace.showPlan()).plan_id).to.equal(second.plan_id);
    expect(existsSync(note)).to.equal(false);
  });

  it('are named by id, by the beginning of it, or by name', async () => {
    const workspace = await openTest(tempDirectory());
    const one = await workspace.createPlan({ name: 'one' });
    const two = await workspace.createPlan({ name: 'two' });
    for (const selector of ['one', one.plan_id, one.plan_id.toLowerCase(), undefined]) {
      const expected = selector === undefined ? two : one;
      expect(await workspace.showPlan(selector), String(selector)).to.deep.equal(expected);
    }
    expect(await workspace.showPlan(two.plan_id.slice(0, 25))).to.be.an('object');
    expect(await codeOf(workspace.showPlan(one.plan_id.slice(0, 4)))).to.equal('USAGE');
    for (const selector of ['three', one.plan_id.slice(0, 3), '']) {
      const code = await codeOf(workspace.showPlan(selector));
      expect(['PLAN_NOT_FOUND', 'USAGE'], selector).to.include(code);
    }
    expect(await codeOf(workspace.createPlan({ name: 'one' }))).to.equal('NAME_TAKEN');
    expect(await codeOf(workspace.createPlan({ parent: 'nobody' }))).to.equal('PLAN_NOT_FOUND');
    expect((await workspace.listPlans()).plans).to.have.lengthOf(2);
  });

  it('are not there before one was made', async () => {
    const workspace = await openTest(tempDirectory());
    const early = [
      () => workspace.showPlan(),
      () => workspace.listPlans(),
      () => workspace.status(),
    ];
    for (const attempt of early) {
      expect(await codeOf(attempt())).to.equal('WORKSPACE_MISSING');
    }
    await workspace.init();
    expect(await workspace.listPlans()).to.deep.equal({ plans: [] });
    const unmade = [
      () => workspace.showPlan(),
      () => workspace.completeStep(undefined, { done: 0 }),
      () => workspace.setPlan(undefined, { phase: 'x' }),
      () => workspace.listCheckpoints(),
    ];
    for (const attempt of unmade) expect(await codeOf(attempt())).to.equal('PLAN_NOT_FOUND');
  });

  it('can be made current again', async () => {
    const root = tempDirectory();
    const workspace = await openTest(root);
    const one = await workspace.createPlan({ name: 'one' });
    await workspace.createPlan({ name: 'two' });
    expect(await workspace.usePlan('one')).to.deep.equal(one);
    expect((await (await fresh(root)).showPlan()).name).to.equal('one');
  });

  it('change where they are told to, and nowhere else', async () => {
    const root = tempDirectory();
    const workspace = await openTest(root);
    const before = await workspace.createPlan({ name: 'one' });
    const set = await workspace.setPlan('one', {
      ...{ phase: 'verify', maxReversions: 3, everySteps: 2, everySeconds: null },
      context: { a: 1 },
      outputs: { report: 'x' },
    });
    expect(set).to.deep.include({
      ...{ phase: 'verify', max_reversions: 3, checkpoint_every_steps: 2 },
      ...{ context: { a: 1 }, outputs: { report: 'x' }, name: 'one' },
    });
    expect(set['created_at']).to.equal(before['created_at']);
    expect(String(set['updated_at']) > String(before['updated_at'])).to.equal(true);
    const state = { deep: { list: [1, 2] } };
    const stated = await workspace.setPlan(undefined, { state, context: { b: 2 } });
    expect(stated['context']).to.deep.equal({ a: 1, b: 2, state });
    expect((await workspace.setPlan('one', { maxReversions: null })).reversions_left).to.equal(
      null,
    );
    await workspace.createPlan({ name: 'two' });
    expect(await codeOf(workspace.setPlan('two', { name: 'one' }))).to.equal('NAME_TAKEN');
    expect((await workspace.setPlan('two', { name: 'three' })).name).to.equal('three');
  });

  it('keep what a later piton wrote into their files', async () => {
    const root = tempDirectory();
    const workspace = await openTest(root);
    const { plan_id: planId } = await workspace.createPlan();
    const stored = readPlanFile(root, planId);
    writeFileSync(planFile(root, planId), JSON.stringify({ ...stored, owner: { team: 'a' } }));
    await workspace.setPlan(undefined, { phase: 'x' });
    await workspace.completeStep(undefined, { done: 0 });
    expect(readPlanFile(root, planId)).to.deep.include({ owner: { team: 'a' }, phase: 'x' });
  });

  it('go with all their checkpoints when deleted, and take no other’s along', async () => {
    const root = tempDirectory();
    const workspace = await openTest(root);
    const kept = await workspace.createPlan({ name: 'kept' });
    await workspace.createCheckpoint({});
    const gone = await workspace.createPlan({ name: 'gone' });
    await workspace.createCheckpoint({});
    await workspace.createCheckpoint({ always: true });
    const deleted = await workspace.deletePlan('gone');
    expect(deleted).to.include({ plan_id: gone.plan_id, checkpoints: 2 });
    const refs = git(root, 'for-each-ref', '--format=%(refname)', 'refs/piton').split('\n');
    expect(refs.every((ref) => ref.includes(kept.plan_id))).to.equal(true);
    expect(refs).to.have.lengthOf(2);
    expect(existsSync(planFile(root, gone.plan_id))).to.equal(false);
    expect(readdirSync(join(root, '.git/piton/plans'))).to.have.lengthOf(1);
    expect(await codeOf(workspace.showPlan())).to.equal('PLAN_NOT_FOUND');
    await workspace.usePlan('kept');
    await workspace.deletePlan('kept');
    expect(await workspace.listPlans()).to.deep.equal({ plans: [] });
    assertFsckClean(root);
  });

  it('are told of when their file is damaged, and hide no other', async () => {
    const root = tempDirectory();
    const warnings: Warning[] = [];
    const workspace = await openTest(root, { onWarning: (warning) => warnings.push(warning) });
    const bad = await workspace.createPlan();
    const good = await workspace.createPlan();
    writeFileSync(planFile(root, bad.plan_id), '{');
    warnings.length = 0;
    expect((await workspace.listPlans()).plans).to.deep.equal([good]);
    expect(warnings.map(({ code }) => code)).to.deep.equal(['STATE_DAMAGED']);
    for (const selector of [bad.plan_id, bad.plan_id.toLowerCase()]) {
      expect(await codeOf(workspace.showPlan(selector))).to.equal('STATE_DAMAGED');
    }
    await workspace.createCheckpoint({});
  });

  it('are open or not by what their file says, at that moment', async () => {
    const root = tempDirectory();
    const workspace = await openTest(root);
    const { plan_id: planId } = await workspace.createPlan({ name: 'p' });
    await workspace.createCheckpoint({});
    const close = (status: string): void =>
      writeFileSync(
        planFile(root, planId),
        JSON.stringify({ ...readPlanFile(root, planId), status }),
      );
    for (const status of ['applied', 'abandoned']) {
      close(status);
      const refused = [
        () => workspace.createCheckpoint({}),
        () => workspace.completeStep('p', { done: 0 }),
        () => workspace.setPlan('p', { phase: 'x' }),
        () => workspace.createPlan({ parent: 'p' }),
        () => workspace.rollback({}),
      ];
      for (const attempt of refused)
        expect(await codeOf(attempt()), status).to.equal('PLAN_CLOSED');
      expect((await workspace.showPlan('p')).status).to.equal(status);
      expect((await workspace.diffCheckpoints({})).changes).to.deep.equal([]);
    }
    close('active');
    await workspace.createCheckpoint({});
  });
});

describe('api: steps', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  it('are recorded, with a checkpoint when the interval says so', async () => {
    const root = tempDirectory();
    const workspace = await openTest(root);
    await workspace.createPlan({ everySteps: 2 });
    const taken: (string | null)[] = [];
    for (let step = 0; step < 4; step++) {
      writeFileSync(join(root, 'a'), `${step}`);
      const { checkpoint, ...plan } = await workspace.completeStep(undefined, {
        done: step,
        output: { [`tests_${step}`]: step },
      });
      expectShape(plan, PLAN);
      expect(plan.last_completed_step).to.equal(step);
      taken.push(checkpoint === null ? null : checkpoint.checkpoint.reason);
      if (checkpoint === null) continue;
      expect(checkpoint.checkpoint).to.include({ kind: 'step', step });
      expect(plan.last_checkpoint_id).to.equal(checkpoint.checkpoint.checkpoint_id);
      expect(plan['steps']).to.have.lengthOf(step + 1);
    }
    expect(taken).to.deep.equal([null, 'after step 1', null, 'after step 3']);
  });

  it('are checkpoints whenever they failed', async () => {
    const root = tempDirectory();
    const workspace = await openTest(root);
    await workspace.createPlan({});
    for (const status of ['failed', 'interrupted'] as const) {
      writeFileSync(join(root, 'a'), status);
      const { checkpoint, last_completed_step: last } = await workspace.completeStep(undefined, {
        done: 0,
        status,
      });
      expect(checkpoint?.checkpoint.reason).to.equal(`step 0 ${status}`);
      expect(last).to.equal(-1);
    }
    const done = await workspace.completeStep(undefined, { done: 0 });
    expect([done.checkpoint, done.last_completed_step]).to.deep.equal([null, 0]);
  });

  it('are checkpoints once enough time has passed', async () => {
    const root = tempDirectory();
    let now = Date.UTC(2026, 0, 1);
    const workspace = await openTest(root, { clock: { now: () => now } });
    await workspace.createPlan({ everySeconds: 60 });
    const first = await workspace.completeStep(undefined, { done: 0 });
    now += 30_000;
    const second = await workspace.completeStep(undefined, { done: 1 });
    now += 31_000;
    const third = await workspace.completeStep(undefined, { done: 2 });
    const taken = [first, second, third].map(({ checkpoint }) => checkpoint !== null);
    expect(taken).to.deep.equal([true, false, true]);
    expect(third.checkpoint?.checkpoint).to.include({
      ...{ kind: 'interval', step: 2, created_at: '2026-01-01T00:01:01.000Z' },
    });
  });
});
