import { expect } from 'chai';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../src/api/workspace.js';
import { PitonError } from '../../src/core/errors.js';
import { assertFsckClean, git, makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { closeWorkspaces, only, openTest } from './workspaces.js';

/** A repository with everything that a checkpoint can hold, and hooks that tell of being run. */
function filled(): string {
  const root = makeRepository();
  writeFileSync(join(root, 'tracked'), 'one\n');
  writeFileSync(join(root, '.gitignore'), '*.log\n');
  git(root, 'add', '.');
  git(root, 'commit', '-qm', 'first');
  writeFileSync(join(root, 'staged'), 'staged\n');
  git(root, 'add', 'staged');
  writeFileSync(join(root, 'staged'), 'and changed\n');
  mkdirSync(join(root, 'empty/inner'), { recursive: true });
  mkdirSync(join(root, 'sub'));
  writeFileSync(join(root, 'sub/run'), '#!/bin/sh\n');
  chmodSync(join(root, 'sub/run'), 0o755);
  writeFileSync(join(root, 'secret'), 'private\n');
  chmodSync(join(root, 'secret'), 0o600);
  symlinkSync('../nowhere', join(root, 'sub/link'));
  writeFileSync(join(root, 'ignored.log'), 'not captured\n');
  const hook = join(root, '.git/hooks/post-checkout');
  mkdirSync(join(root, '.git/hooks'), { recursive: true });
  writeFileSync(hook, `#!/bin/sh\ntouch ${join(root, '.git/hook-ran')}\n`);
  chmodSync(hook, 0o755);
  return root;
}

async function refused(work: Promise<unknown>): Promise<PitonError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof PitonError) return error;
  throw new Error(`not refused: ${String(error)}`);
}

function leftovers(root: string): string[] {
  const state = join(root, '.git/piton/forks');
  const worktrees = join(root, '.git/worktrees');
  return [state, worktrees].flatMap((path) => (existsSync(path) ? readdirSync(path) : []));
}

describe('fork', () => {
  let root: string;
  let workspace: Workspace;
  let target: string;

  beforeEach(async () => {
    root = filled();
    workspace = await openTest(root);
    target = join(tempDirectory(), 'attempt');
  });

  afterEach(closeWorkspaces);

  it('holds exactly the checkpoint, in a worktree of git', async () => {
    await workspace.createPlan({ name: 'p' });
    await workspace.completeStep(undefined, { done: 3 });
    const { checkpoint } = await workspace.createCheckpoint();
    writeFileSync(join(root, 'tracked'), 'later\n');
    const status = git(root, 'diff', '--cached');
    const forked = await workspace.fork('latest', target);
    expect(forked).to.include({ path: target, branch: null });
    expect(forked.checkpoint).to.deep.equal(checkpoint);
    expect(forked.plan).to.include({ last_completed_step: 3, checkpoints: 1, name: null });
    expect(forked.plan.forked_from).to.deep.equal({
      plan_id: checkpoint.plan_id,
      checkpoint_id: checkpoint.checkpoint_id,
    });
    expect(readFileSync(join(target, 'tracked'), 'utf8')).to.equal('one\n');
    expect(readFileSync(join(target, 'staged'), 'utf8')).to.equal('and changed\n');
    expect(readdirSync(join(target, 'empty/inner'))).to.deep.equal([]);
    expect(readlinkSync(join(target, 'sub/link'))).to.equal('../nowhere');
    expect(lstatSync(join(target, 'sub/run')).mode & 0o111).to.equal(0o111);
    expect(lstatSync(join(target, 'secret')).mode & 0o777).to.equal(0o600);
    expect(existsSync(join(target, 'ignored.log'))).to.equal(false);
    expect(git(target, 'diff', '--cached')).to.equal(status);
    expect(git(target, 'rev-parse', 'HEAD')).to.equal(checkpoint.head.commit);
    expect(existsSync(join(root, '.git/hook-ran'))).to.equal(false);
    expect(git(root, 'worktree', 'list')).to.include(target);
    expect(leftovers(root)).to.deep.equal(['attempt']);
    git(root, 'worktree', 'prune');
    assertFsckClean(root);
    const inside = await openTest(target);
    const { checkpoint: again, created } = await inside.createCheckpoint();
    expect([created, again.tree]).to.deep.equal([false, checkpoint.tree]);
    git(root, 'worktree', 'remove', '--force', target);
    expect(await workspace.listForks()).to.deep.equal({ forks: [] });
  });

  it('is listed with its plan', async () => {
    await workspace.createCheckpoint();
    git(root, 'worktree', 'add', '-q', join(tempDirectory(), 'plain'));
    mkdirSync(join(root, '.git/worktrees/broken'));
    const forked = await workspace.fork('latest', target);
    expect(await workspace.listForks()).to.deep.equal({ forks: [forked] });
    git(target, 'switch', '-qc', 'topic');
    await workspace.createCheckpoint({ always: true });
    await workspace.deleteCheckpoint(String(forked.checkpoint?.checkpoint_id));
    const [fork] = (await workspace.listForks()).forks;
    expect(fork).to.include({ branch: 'topic', checkpoint: null });
    rmSync(target, { recursive: true });
    writeFileSync(target, '');
    expect(await workspace.listForks()).to.deep.equal({ forks: [] });
  });

  it('takes an empty folder, and a name for git that is free', async () => {
    await workspace.createCheckpoint();
    const strange = join(tempDirectory(), '.äö');
    mkdirSync(strange);
    await workspace.fork('latest', strange);
    await workspace.fork('latest', join(tempDirectory(), '.äö'));
    await workspace.fork('latest', join(tempDirectory(), '...'));
    expect(leftovers(root).sort()).to.deep.equal(['--', '---2', 'fork']);
  });

  it('begins on a branch of its own before the first commit', async () => {
    const bare = makeRepository();
    writeFileSync(join(bare, 'file'), 'text\n');
    const unborn = await openTest(bare);
    await unborn.createCheckpoint();
    const { branch } = await unborn.fork('latest', target);
    expect(git(target, 'symbolic-ref', '--short', 'HEAD')).to.equal(branch);
    expect(only((await unborn.listForks()).forks).branch).to.equal(branch);
    expect(readFileSync(join(target, 'file'), 'utf8')).to.equal('text\n');
    expect(existsSync(join(bare, '.git/worktrees/attempt/index'))).to.equal(false);
  });

  it('keeps a split index', async () => {
    git(root, 'update-index', '--split-index');
    await workspace.createCheckpoint();
    await workspace.fork('latest', target);
    expect(git(target, 'diff', '--cached', '--name-only')).to.equal('staged');
  });

  it('keeps ignored files that were captured', async () => {
    await workspace.createCheckpoint({ includeIgnored: true });
    await workspace.fork('latest', target);
    expect(existsSync(join(target, 'ignored.log'))).to.equal(true);
  });

  describe('is taken over by a rollback', () => {
    async function won(): Promise<{ winner: string; planId: string }> {
      await workspace.createPlan({ name: 'p' });
      const { checkpoint } = await workspace.createCheckpoint();
      await workspace.fork('latest', target);
      const inside = await openTest(target);
      writeFileSync(join(target, 'tracked'), 'the better one\n');
      await inside.completeStep(undefined, { done: 0, output: { score: 9 } });
      const { checkpoint: winner } = await inside.createCheckpoint();
      await inside.close();
      return { winner: winner.checkpoint_id, planId: checkpoint.plan_id };
    }

    it('with what its plan had got to, and can be undone', async () => {
      const { winner, planId } = await won();
      const { token } = await workspace.rollback({ checkpoint: winner, dryRun: true });
      expect(readFileSync(join(root, 'tracked'), 'utf8')).to.equal('one\n');
      const data = await workspace.rollback({ checkpoint: winner, token });
      expect(data).to.include({ plan_id: planId, checkpoint_id: winner, reversion_count: 1 });
      expect(data.last_completed_step).to.equal(0);
      expect(readFileSync(join(root, 'tracked'), 'utf8')).to.equal('the better one\n');
      const plan = await workspace.showPlan();
      expect(plan).to.include({ name: 'p', last_checkpoint_id: data.last_checkpoint_id });
      const resumed = await workspace.resumePlan();
      expect(resumed).to.include({ next_step: 1, worktree_matches: true });
      git(root, 'worktree', 'remove', '--force', target);
      await workspace.undo();
      expect(readFileSync(join(root, 'tracked'), 'utf8')).to.equal('one\n');
      expect((await workspace.showPlan()).last_completed_step).to.equal(-1);
      await workspace.redo();
      expect(readFileSync(join(root, 'tracked'), 'utf8')).to.equal('the better one\n');
      assertFsckClean(root);
    });

    it('also when its plan is named, and for some paths only', async () => {
      const { winner } = await won();
      const data = await workspace.rollback({ checkpoint: winner, plan: 'p', paths: ['tracked'] });
      expect(data).to.include({ last_completed_step: -1, written: 1 });
      expect(readFileSync(join(root, 'tracked'), 'utf8')).to.equal('the better one\n');
    });

    it('but not by another plan', async () => {
      const { winner, planId } = await won();
      await workspace.createPlan({ name: 'other' });
      const error = await refused(workspace.rollback({ checkpoint: winner, plan: 'other' }));
      expect(error.code).to.equal('WRONG_PLAN');
      await workspace.deletePlan(planId);
      const gone = await refused(workspace.rollback({ checkpoint: winner }));
      expect(gone.code).to.equal('PLAN_NOT_FOUND');
    });
  });

  describe('is refused, and leaves nothing', () => {
    async function refusedAt(path: string): Promise<string> {
      await workspace.createCheckpoint();
      const { code, hint } = await refused(workspace.fork('latest', path));
      expect(hint).to.be.a('string');
      expect(leftovers(root)).to.deep.equal([]);
      return code;
    }

    it('where something is', async () => {
      mkdirSync(target);
      writeFileSync(join(target, 'file'), 'mine');
      expect(await refusedAt(target)).to.equal('USAGE');
      expect(await refusedAt(join(target, 'file'))).to.equal('USAGE');
      expect(await refusedAt(join(target, 'file/below'))).to.equal('USAGE');
      expect(readdirSync(target)).to.deep.equal(['file']);
    });

    it('where it would not be free', async () => {
      symlinkSync(tempDirectory(), target);
      expect(await refusedAt(target)).to.equal('USAGE');
      expect(await refusedAt('attempt')).to.equal('USAGE');
      expect(await refusedAt(join(target, 'a/b'))).to.equal('USAGE');
    });

    it('inside a repository', async () => {
      expect(await refusedAt(join(root, 'attempt'))).to.equal('UNSAFE_WORKSPACE');
      expect(await refusedAt(join(root, '.git/attempt'))).to.equal('UNSAFE_WORKSPACE');
      const bare = makeRepository('--bare');
      expect(await refusedAt(join(bare, 'attempt'))).to.equal('UNSAFE_WORKSPACE');
      expect(await refusedAt(join(makeRepository(), 'sub'))).to.equal('UNSAFE_WORKSPACE');
    });

    it('when an object is damaged', async () => {
      writeFileSync(join(root, 'big'), 'gone');
      await workspace.createCheckpoint();
      const oid = git(root, 'hash-object', 'big');
      rmSync(join(root, '.git/objects', oid.slice(0, 2), oid.slice(2)));
      writeFileSync(join(root, 'big'), 'other');
      const parent = tempDirectory();
      const error = await refused(workspace.fork('latest', join(parent, 'x')));
      expect(error.code).to.equal('OBJECT_DAMAGED');
      expect(readdirSync(parent)).to.deep.equal([]);
      expect(leftovers(root)).to.deep.equal([]);
    });
  });
});
