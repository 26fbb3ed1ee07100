import { expect } from 'chai';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PitonError } from '../../src/core/errors.js';
import { git, makeRepository } from '../helpers/git.js';
import { CHECKPOINT_CREATE, expectShape } from './shapes.js';
import { closeWorkspaces, openTest } from './workspaces.js';

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof PitonError) return error.code;
    throw error;
  }
  return 'none';
}

function workspace(): string {
  const root = makeRepository();
  writeFileSync(join(root, 'a'), 'one\n');
  git(root, 'add', '.');
  git(root, 'commit', '-q', '-m', 'one');
  return root;
}

const read = (root: string): string => readFileSync(join(root, 'a'), 'utf8');

describe('api: attempt', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  it('keeps what succeeded', async () => {
    const root = workspace();
    const opened = await openTest(root);
    const data = await opened.attempt(async () => {
      writeFileSync(join(root, 'a'), 'two\n');
      return true;
    });
    const { outcome, rollback, ...created } = data;
    expect({ outcome, rollback }).to.deep.equal({ outcome: 'kept', rollback: null });
    expectShape(created, CHECKPOINT_CREATE);
    expect(created.checkpoint.kind).to.equal('pre_run');
    expect(read(root)).to.equal('two\n');
    expect(await opened.showPlan()).to.include({ reversion_count: 0 });
  });

  it('rolls back what failed, and keeps it when asked to', async () => {
    const root = workspace();
    const opened = await openTest(root);
    const change = async () => {
      writeFileSync(join(root, 'a'), 'two\n');
      writeFileSync(join(root, 'new'), '');
      return false;
    };
    const options = { reason: 'why', source: 'tool', onFailure: 'rollback' } as const;
    const { outcome, rollback, checkpoint } = await opened.attempt(change, options);
    expect(checkpoint).to.include({ reason: 'why', source: 'tool' });
    expect(outcome).to.equal('rolled_back');
    expect(rollback).to.include({ checkpoint_id: checkpoint.checkpoint_id, reversion_count: 1 });
    expect(read(root)).to.equal('one\n');
    expect(existsSync(join(root, 'new'))).to.equal(false);
    expect(await opened.attempt(change, { onFailure: 'keep' })).to.include({ outcome: 'kept' });
    expect(read(root)).to.equal('two\n');
  });

  it('goes back although all that can be was pruned while it worked', async () => {
    const root = workspace();
    const opened = await openTest(root);
    writeFileSync(join(root, 'a'), 'mine\n');
    const { checkpoint: manual } = await opened.createCheckpoint();
    let pruned: string[] = [];
    const work = async () => {
      for (const text of ['two\n', 'three\n']) {
        writeFileSync(join(root, 'a'), text);
        await opened.createCheckpoint();
      }
      const none = { keepLast: 1, keepWithinSeconds: 0, keepHourly: 0, keepDaily: 0 };
      ({ pruned } = await opened.prune(none));
      return false;
    };
    const first = await opened.attempt(work);
    expect(first.outcome).to.equal('rolled_back');
    expect(pruned).to.include(manual.checkpoint_id);
    expect(read(root)).to.equal('mine\n');
  });

  it('uses what was taken before a run for the next one, unless it is old', async () => {
    const root = workspace();
    let now = Date.now();
    const opened = await openTest(root, { clock: { now: () => now } });
    const fail = async () => false;
    const first = await opened.attempt(fail);
    now += 11 * 3_600_000;
    expect(await opened.attempt(fail)).to.deep.include({
      created: false,
      checkpoint: first.checkpoint,
    });
    now += 2 * 3_600_000;
    expect(await opened.attempt(fail)).to.include({ created: true });
  });

  it('uses up no reversion for what failed without a change', async () => {
    const root = workspace();
    const opened = await openTest(root);
    const plan = await opened.createPlan({ maxReversions: 1 });
    const data = await opened.attempt(async () => false);
    expect(data).to.include({ outcome: 'unchanged', rollback: null });
    expect(await opened.showPlan()).to.include({ plan_id: plan.plan_id, reversion_count: 0 });
  });

  it('rolls back what changed only the staging area, or only the plan', async () => {
    const root = workspace();
    const opened = await openTest(root);
    const staged = await opened.attempt(async () => {
      git(root, 'rm', '-q', '--cached', 'a');
      return false;
    });
    expect(staged.outcome).to.equal('rolled_back');
    expect(git(root, 'status', '--porcelain')).to.equal('');
    const stepped = await opened.attempt(async () => {
      await opened.completeStep(undefined, { done: 3 });
      return false;
    });
    expect(stepped.outcome).to.equal('rolled_back');
    expect(await opened.showPlan()).to.include({ last_completed_step: -1 });
  });

  it('leaves a staging area that belongs to another commit', async () => {
    const root = workspace();
    const opened = await openTest(root);
    const data = await opened.attempt(async () => {
      git(root, 'commit', '-q', '--allow-empty', '-m', 'two');
      git(root, 'rm', '-q', '--cached', 'a');
      return false;
    });
    expect(data.outcome).to.equal('unchanged');
    expect(git(root, 'status', '--porcelain', '--', 'a')).to.match(/^D /);
  });

  it('rolls back when the work throws, and throws that very error', async () => {
    const root = workspace();
    const opened = await openTest(root);
    const reason = new TypeError('the work went wrong');
    let thrown: unknown;
    try {
      await opened.attempt(async () => {
        writeFileSync(join(root, 'a'), 'two\n');
        throw reason;
      });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).to.equal(reason);
    expect(read(root)).to.equal('one\n');
  });

  it('does not begin what it could not take back', async () => {
    const root = workspace();
    const opened = await openTest(root);
    await opened.createPlan({ maxReversions: 0 });
    let begun = 0;
    const work = async () => (begun += 1) > 0;
    expect(await codeOf(opened.attempt(work))).to.equal('REVERSION_LIMIT');
    await opened.attempt(work, { onFailure: 'keep' });
    expect(begun).to.equal(1);
    await opened.createPlan();
    git(root, 'update-ref', 'MERGE_HEAD', 'HEAD');
    expect(await codeOf(opened.attempt(work))).to.equal('OPERATION_IN_PROGRESS');
    expect(begun).to.equal(1);
  });

  it('does not begin when it was stopped', async () => {
    const opened = await openTest(workspace());
    const reason = new Error('enough');
    let thrown: unknown;
    try {
      await opened.attempt(async () => true, { signal: AbortSignal.abort(reason) });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).to.equal(reason);
  });
});
