import { expect } from 'chai';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { RollbackData } from '../../src/api/data.js';
import type { Workspace } from '../../src/api/workspace.js';
import type { PitonError } from '../../src/core/errors.js';
import { rejectionOf } from '../disk/thrown.js';
import { assertFsckClean, git, makeRepository } from '../helpers/git.js';
import { expectShape, ROLLBACK } from './shapes.js';
import { closeWorkspaces, openTest } from './workspaces.js';

function write(root: string, files: Record<string, string>): void {
  for (const [name, contents] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), contents);
  }
}

function read(root: string, name: string): string {
  return readFileSync(join(root, name), 'utf8');
}

async function errorOf(promise: Promise<unknown>): Promise<PitonError> {
  return (await rejectionOf(promise)) as PitonError;
}

function changesOf({ changed_paths: changes }: RollbackData): string[] {
  return changes.map(({ path, change }) => `${change} ${path as string}`);
}

/** A plan with a checkpoint after step 0, and a worktree that went on. */
async function wentOn(engine: 'embedded' | 'native'): Promise<{ root: string; at: string }> {
  const root = makeRepository();
  write(root, { a: 'one', 'd/b': 'b' });
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '-m', 'x');
  const workspace = await openTest(root, { engine });
  await workspace.createPlan({ maxReversions: 2, everySteps: 1 });
  const { checkpoint } = await workspace.completeStep(undefined, { done: 0, output: { ok: true } });
  await workspace.setPlan(undefined, { phase: 'later', context: { x: 1 } });
  await workspace.completeStep(undefined, { done: 1 });
  write(root, { a: 'two', new: 'n' });
  rmSync(join(root, 'd'), { recursive: true });
  return { root, at: checkpoint?.checkpoint.checkpoint_id ?? '' };
}

/** As another process would open it. */
function fresh(root: string, engine: 'embedded' | 'native' = 'embedded'): Promise<Workspace> {
  return openTest(root, { engine });
}

describe('api: rolling back', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  for (const engine of ['embedded', 'native'] as const) {
    it(`takes files and plan back, and is taken back itself (${engine})`, async () => {
      const { root, at } = await wentOn(engine);
      const before = await (await fresh(root)).showPlan();
      const rolled = await (await fresh(root, engine)).rollback({ checkpoint: at });
      expectShape(rolled, ROLLBACK);
      expect(changesOf(rolled)).to.deep.equal(['restored a', 'created d/b', 'deleted new']);
      const head = { ref: 'refs/heads/main', commit: git(root, 'rev-parse', 'HEAD') };
      expect(rolled).to.deep.include({
        ...{ plan_id: before.plan_id, checkpoint_id: at, written: 2, deleted: 1, mode_changed: 0 },
        ...{ left: [], retired: [], staging_area: { restored: true }, dry_run: false },
        head: { at_checkpoint: head, now: head, moved: false, restored: false },
        ...{ reversion_count: 1, reversions_left: 1, last_completed_step: 0 },
        last_checkpoint_id: at,
      });
      expect(rolled).not.to.have.property('token');
      expect([read(root, 'a'), read(root, 'd/b')]).to.deep.equal(['one', 'b']);
      const after = await (await fresh(root)).showPlan();
      expect(after).to.deep.include({
        ...{ reversion_count: 1, last_completed_step: 0, last_checkpoint_id: at },
        ...{ phase: 'execute', context: {}, max_reversions: 2, reversions_left: 1 },
      });
      const undone = await (await fresh(root, engine)).undo();
      expectShape(undone, ROLLBACK);
      expect(undone).to.include({ reversion_count: 1, last_completed_step: 1, written: 2 });
      expect([read(root, 'a'), existsSync(join(root, 'd'))]).to.deep.equal(['two', false]);
      expect(await (await fresh(root)).showPlan()).to.deep.include({
        ...{ phase: 'later', context: { x: 1 }, last_checkpoint_id: before.last_checkpoint_id },
      });
      const redone = await (await fresh(root, engine)).redo();
      expectShape(redone, ROLLBACK);
      expect(redone).to.include({ reversion_count: 1, last_completed_step: 0 });
      expect(read(root, 'a')).to.equal('one');
      assertFsckClean(root);
    });
  }

  it('is proposed without being done, and done only as proposed', async () => {
    const { root, at } = await wentOn('embedded');
    const workspace = await fresh(root);
    const plan = await workspace.showPlan();
    const { token, ...proposed } = await workspace.rollback({ checkpoint: at, dryRun: true });
    expectShape({ token, ...proposed }, ROLLBACK);
    expect(proposed).to.include({ dry_run: true, safety_checkpoint_id: null, written: 2 });
    expect(await workspace.showPlan()).to.deep.equal(plan);
    expect(read(root, 'a')).to.equal('two');
    appendFileSync(join(root, 'a'), '!');
    const stale = workspace.rollback({ checkpoint: at, token });
    expect((await errorOf(stale)).code).to.equal('STALE_TOKEN');
    expect(read(root, 'a')).to.equal('two!');
    const again = await workspace.rollback({ checkpoint: at, dryRun: true });
    const done = await workspace.rollback({ checkpoint: at, token: again.token });
    expect(done.changed_paths).to.deep.equal(proposed.changed_paths);
  });

  it('counts through processes up to the limit, which undo and redo are free of', async () => {
    const { root, at } = await wentOn('embedded');
    for (const count of [1, 2]) {
      appendFileSync(join(root, 'a'), `${count}`);
      const rolled = await (await fresh(root)).rollback({ checkpoint: at });
      expect([rolled.reversion_count, rolled.reversions_left]).to.deep.equal([count, 2 - count]);
    }
    const refused = [{ checkpoint: at }, { checkpoint: at, dryRun: true }, { paths: ['a'] }];
    for (const options of refused) {
      const error = await errorOf((await fresh(root)).rollback(options));
      expect(error.code).to.equal('REVERSION_LIMIT');
      expect(error.details).to.include({ reversion_count: 2, max_reversions: 2 });
    }
    expect((await (await fresh(root)).undo()).reversion_count).to.equal(2);
    expect((await (await fresh(root)).redo()).reversion_count).to.equal(2);
    await (await fresh(root)).setPlan(undefined, { maxReversions: 3 });
    expect((await (await fresh(root)).rollback({ checkpoint: at })).reversions_left).to.equal(0);
    await (await fresh(root)).setPlan(undefined, { maxReversions: 1 });
    expect((await (await fresh(root)).showPlan()).reversions_left).to.equal(0);
  });

  it('of some paths leaves the plan’s position where it is', async () => {
    const { root, at } = await wentOn('embedded');
    const workspace = await fresh(root);
    const before = await workspace.showPlan();
    const rolled = await workspace.rollback({ checkpoint: at, paths: ['d', 'new'] });
    expect(changesOf(rolled)).to.deep.equal(['created d/b', 'deleted new']);
    expect(rolled.staging_area).to.deep.equal({ restored: false, reason: 'paths_only' });
    expect(read(root, 'a')).to.equal('two');
    const after = await workspace.showPlan();
    for (const field of ['phase', 'context', 'last_completed_step', 'last_checkpoint_id']) {
      expect(after[field], field).to.deep.equal(before[field]);
    }
    const undone = await workspace.undo();
    expect(changesOf(undone)).to.deep.equal(['deleted d/b', 'created new']);
    expect((await workspace.showPlan())['phase']).to.equal('later');
    const both = workspace.rollback({ checkpoint: at, paths: ['a'], head: true });
    expect((await errorOf(both)).code).to.equal('USAGE');
    expect((await errorOf(workspace.rollback({ paths: ['../a'] }))).code).to.equal('USAGE');
  });

  it('has nothing to take back before, nor twice', async () => {
    const { root, at } = await wentOn('embedded');
    const workspace = await fresh(root);
    expect((await errorOf(workspace.undo())).code).to.equal('NOTHING_TO_UNDO');
    expect((await errorOf(workspace.redo())).code).to.equal('NOTHING_TO_REDO');
    await workspace.rollback({ checkpoint: at });
    await workspace.undo();
    expect((await errorOf(workspace.undo())).code).to.equal('NOTHING_TO_UNDO');
    await workspace.redo();
    expect((await errorOf(workspace.redo())).code).to.equal('NOTHING_TO_REDO');
    await workspace.undo({ dryRun: true });
    expect((await workspace.undo()).dry_run).to.equal(false);
  });

  it('stops when told to, and leaves everything as it was', async () => {
    const { root, at } = await wentOn('embedded');
    const workspace = await fresh(root);
    const plan = await workspace.showPlan();
    const reason = new Error('enough');
    for (const last of ['staging', 'applying']) {
      const abort = new AbortController();
      const stopped = workspace.rollback({
        checkpoint: at,
        signal: abort.signal,
        onProgress: ({ phase }) => {
          if (phase === last) abort.abort(reason);
        },
      });
      expect(await rejectionOf(stopped), last).to.equal(reason);
      expect(read(root, 'a') + read(root, 'new')).to.equal('twon');
      expect(existsSync(join(root, 'd'))).to.equal(false);
      expect(await workspace.showPlan()).to.deep.equal(plan);
      expect((await workspace.status()).unfinished).to.equal(null);
    }
    const early = workspace.rollback({ checkpoint: at, signal: AbortSignal.abort(reason) });
    expect(await rejectionOf(early)).to.equal(reason);
  });
});
