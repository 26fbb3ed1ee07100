import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../src/api/workspace.js';
import type { PitonError } from '../../src/core/errors.js';
import { rejectionOf } from '../disk/thrown.js';
import { makeRepository } from '../helpers/git.js';
import { closeWorkspaces, openTest } from './workspaces.js';

interface Two {
  root: string;
  workspace: Workspace;
  /** Of the plan `one`, oldest first. */
  ones: string[];
  /** The only one of the plan `two`, which is current. */
  two: string;
}

async function twoPlans(): Promise<Two> {
  const root = makeRepository();
  const workspace = await openTest(root);
  const take = async (contents: string, name?: string): Promise<string> => {
    writeFileSync(join(root, 'a'), contents);
    const taken = await workspace.createCheckpoint({ name });
    return taken.checkpoint.checkpoint_id;
  };
  await workspace.createPlan({ name: 'one' });
  const ones = [await take('1', 'first'), await take('2'), await take('3', 'shared')];
  await workspace.createPlan({ name: 'two' });
  const two = await take('4', 'shared');
  return { root, workspace, ones, two };
}

async function errorOf(promise: Promise<unknown>): Promise<PitonError> {
  return (await rejectionOf(promise)) as PitonError;
}

describe('api: naming checkpoints', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  it('means those of the current plan, or of whichever plan has it', async () => {
    const { workspace, ones, two } = await twoPlans();
    const [first = ''] = ones;
    const meant = async (selector: string, plan?: string) =>
      (await workspace.showCheckpoint(selector, plan)).checkpoint.checkpoint_id;
    expect(await meant('latest')).to.equal(two);
    expect(await meant('latest', 'one')).to.equal(ones[2]);
    expect(await meant('latest~2', 'one')).to.equal(first);
    expect(await meant('step:-1', 'one')).to.equal(ones[2]);
    expect(await meant('shared')).to.equal(two);
    expect(await meant('shared', 'one')).to.equal(ones[2]);
    expect(await meant('first')).to.equal(first);
    expect(await meant(first)).to.equal(first);
    expect(await meant(first.toLowerCase(), 'one')).to.equal(first);
    expect(await meant(first.slice(0, 24), 'one')).to.equal(first);
  });

  it('says which plan it belongs to when another one was named', async () => {
    const { workspace, ones, two } = await twoPlans();
    const plans = (await workspace.listPlans()).plans;
    for (const [selector, plan, owner] of [
      [two, 'one', plans[1]],
      [ones[0] ?? '', 'two', plans[0]],
      [(ones[0] ?? '').toLowerCase(), 'two', plans[0]],
    ] as const) {
      const attempts = [
        () => workspace.showCheckpoint(selector, plan),
        () => workspace.rollback({ plan, checkpoint: selector }),
        () => workspace.deleteCheckpoint(selector, plan),
        () => workspace.diffCheckpoints({ from: selector, plan }),
      ];
      for (const attempt of attempts) {
        const error = await errorOf(attempt());
        expect(error.code).to.equal('WRONG_PLAN');
        expect(error.details).to.deep.equal({
          checkpoint_id: selector.toUpperCase(),
          plan_id: owner?.plan_id,
        });
        expect(error.hint).to.include(owner?.plan_id);
      }
    }
  });

  it('fails when there is none, or more than one', async () => {
    const { workspace, ones } = await twoPlans();
    const code = async (selector: string, plan?: string) =>
      (await errorOf(workspace.showCheckpoint(selector, plan))).code;
    for (const plan of [undefined, 'one']) {
      for (const selector of ['nobody', 'latest~9', 'step:7', '01JPXN0000000000000000PXAN']) {
        expect(await code(selector, plan), selector).to.equal('CHECKPOINT_NOT_FOUND');
      }
      for (const selector of ['latest~x', 'step:', 'two\nlines']) {
        expect(await code(selector, plan), selector).to.equal('USAGE');
      }
    }
    const ambiguous = await errorOf(workspace.showCheckpoint((ones[0] ?? '').slice(0, 4), 'one'));
    expect(ambiguous.code).to.equal('USAGE');
    expect(ambiguous.details['candidates']).to.have.lengthOf(3);
    expect(await code('first', 'nobody')).to.equal('PLAN_NOT_FOUND');
  });

  it('needs a plan for what only a plan can answer', async () => {
    const { workspace, ones } = await twoPlans();
    const { plans } = await workspace.listPlans();
    await workspace.deletePlan('two');
    expect((await errorOf(workspace.showCheckpoint('latest'))).code).to.equal('USAGE');
    const { checkpoint } = await workspace.showCheckpoint('first');
    expect(checkpoint.checkpoint_id).to.equal(ones[0]);
    const rolled = await workspace.rollback({ checkpoint: 'first' });
    expect(rolled.plan_id).to.equal(plans[0]?.plan_id);
    expect(rolled.last_checkpoint_id).to.equal(ones[0]);
  });

  it('counts no safety checkpoint as one before the latest', async () => {
    const { workspace, ones } = await twoPlans();
    await workspace.usePlan('one');
    const { safety_checkpoint_id: safety } = await workspace.rollback({ checkpoint: 'latest~1' });
    const meant = async (selector: string) =>
      (await workspace.showCheckpoint(selector)).checkpoint.checkpoint_id;
    expect(await meant('latest')).to.equal(ones[1]);
    expect(await meant('latest~1')).to.equal(ones[0]);
    expect(await meant('step:-1')).to.equal(ones[2]);
    expect(await meant(safety ?? '')).to.equal(safety);
  });
});
