import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../src/api/workspace.js';
import { closeWorkspaces, openTest } from '../api/workspaces.js';
import { git, makeRepository } from '../helpers/git.js';
import { failure, put } from './operations.js';
import { read, scene } from './scene.js';

function commit(root: string, text: string): void {
  writeFileSync(join(root, 'a'), text);
  git(root, 'commit', '-q', '-a', '-m', text);
}

describe('a rollback', () => {
  afterEach(closeWorkspaces);

  it('leaves HEAD and the staging area when HEAD has moved', async () => {
    const { root, workspace } = await scene();
    await workspace.createCheckpoint();
    commit(root, 'two');
    const head = git(root, 'rev-parse', 'HEAD');
    const data = await workspace.rollback();
    expect(data.staging_area).to.deep.equal({ restored: false, reason: 'head_moved' });
    expect(data.head).to.include({ moved: true, restored: false });
    expect(git(root, 'rev-parse', 'HEAD')).to.equal(head);
    expect(read(root, 'a')).to.equal('one');
  });

  it('moves HEAD, its branch and the staging area with head, and back with undo', async () => {
    const { root, workspace } = await scene();
    await workspace.createCheckpoint();
    const first = git(root, 'rev-parse', 'main');
    git(root, 'checkout', '-q', '-b', 'other');
    commit(root, 'two');
    const second = git(root, 'rev-parse', 'HEAD');
    const data = await workspace.rollback({ head: true });
    expect(data.head).to.include({ moved: true, restored: true });
    expect(git(root, 'symbolic-ref', 'HEAD')).to.equal('refs/heads/main');
    expect(git(root, 'rev-parse', 'HEAD')).to.equal(first);
    expect(git(root, 'status', '--porcelain')).to.equal('');
    await workspace.undo();
    expect(git(root, 'symbolic-ref', 'HEAD')).to.equal('refs/heads/other');
    expect(git(root, 'rev-parse', 'other')).to.equal(second);
    expect(git(root, 'rev-parse', 'main')).to.equal(first);
    expect(git(root, 'status', '--porcelain')).to.equal('');
    expect(read(root, 'a')).to.equal('two');
  });

  it('gives a branch that it moved its commits back with undo', async () => {
    const { root, workspace } = await scene();
    await workspace.createCheckpoint();
    commit(root, 'two');
    const second = git(root, 'rev-parse', 'main');
    git(root, 'checkout', '-q', '-b', 'other');
    await workspace.rollback({ head: true });
    expect(git(root, 'rev-parse', 'main')).to.not.equal(second);
    await workspace.undo();
    expect(git(root, 'rev-parse', 'main')).to.equal(second);
    expect(git(root, 'symbolic-ref', 'HEAD')).to.equal('refs/heads/other');
  });

  for (const engine of ['embedded', 'native'] as const) {
    it(`goes back to a branch without commits with undo, and back by ${engine}`, async () => {
      const { root, workspace } = await scene(engine);
      await workspace.createCheckpoint();
      const first = git(root, 'rev-parse', 'main');
      commit(root, 'two');
      const second = git(root, 'rev-parse', 'main');
      git(root, 'checkout', '-q', '--orphan', 'fresh');
      const staged = git(root, 'ls-files', '--stage');
      await workspace.rollback({ head: true });
      expect(git(root, 'symbolic-ref', 'HEAD')).to.equal('refs/heads/main');
      expect(git(root, 'rev-parse', 'main')).to.equal(first);
      await workspace.undo();
      expect(git(root, 'symbolic-ref', 'HEAD')).to.equal('refs/heads/fresh');
      expect(git(root, 'for-each-ref', '--format=%(objectname)', 'refs/heads')).to.equal(second);
      expect(git(root, 'ls-files', '--stage')).to.equal(staged);
      expect(read(root, 'a')).to.equal('two');
      await workspace.redo();
      expect(git(root, 'symbolic-ref', 'HEAD')).to.equal('refs/heads/main');
      expect(git(root, 'rev-parse', 'main')).to.equal(first);
      expect(git(root, 'status', '--porcelain')).to.equal('');
    });

    it(`makes a branch unborn again with undo, and keeps its commits (${engine})`, async () => {
      const { root, workspace } = await scene(engine);
      await workspace.createCheckpoint();
      const first = git(root, 'rev-parse', 'main');
      git(root, 'update-ref', '-d', 'refs/heads/main');
      await workspace.rollback({ head: true });
      expect(git(root, 'rev-parse', 'main')).to.equal(first);
      commit(root, 'more');
      const more = git(root, 'rev-parse', 'main');
      await workspace.undo();
      expect(git(root, 'for-each-ref', 'refs/heads')).to.equal('');
      expect(read(root, 'a')).to.equal('one');
      git(root, 'reflog', 'expire', '--expire=now', '--all');
      git(root, 'gc', '-q', '--prune=now');
      expect(git(root, 'cat-file', '-t', more)).to.equal('commit');
    });
  }

  it('refuses to move HEAD to before the first commit', async () => {
    const root = makeRepository();
    put(root, 'a', 'one');
    const workspace = await openTest(root);
    await workspace.createPlan();
    await workspace.createCheckpoint();
    git(root, 'add', 'a');
    git(root, 'commit', '-q', '-m', 'first');
    expect(await failure(workspace.rollback({ head: true }))).to.include({ code: 'USAGE' });
  });

  it('refuses to move a branch that another worktree has checked out', async () => {
    const { root, workspace } = await scene();
    await workspace.createCheckpoint();
    git(root, 'checkout', '-q', '-b', 'other');
    git(root, 'worktree', 'add', '-q', `${root}/../${root.split('/').pop()}-w`, 'main');
    commit(root, 'two');
    const error = await failure(workspace.rollback({ head: true }));
    rmSync(`${root}-w`, { recursive: true });
    expect(error).to.include({ code: 'OPERATION_IN_PROGRESS' });
  });

  it('of some paths leaves the others and the staging area', async () => {
    const { root, workspace } = await scene();
    put(root, 'b', 'one');
    await workspace.createCheckpoint();
    put(root, 'a', 'two');
    put(root, 'b', 'two');
    const data = await workspace.rollback({ paths: ['a'] });
    expect(data.staging_area).to.deep.equal({ restored: false, reason: 'paths_only' });
    expect([read(root, 'a'), read(root, 'b')]).to.deep.equal(['one', 'two']);
    const error = await failure(workspace.rollback({ paths: ['nowhere'] }));
    expect(error).to.include({ code: 'USAGE' });
  });

  const STALE: [string, (root: string) => void][] = [
    ['worktree', (root) => put(root, 'b')],
    ['staging area', (root) => git(root, 'add', 'a')],
    ['HEAD', (root) => git(root, 'commit', '-q', '--allow-empty', '-m', 'x')],
  ];
  for (const [name, change] of STALE) {
    it(`refuses a token when the ${name} has changed`, async () => {
      const { root, workspace } = await scene();
      await workspace.createCheckpoint();
      put(root, 'a', 'two');
      const { token = '' } = await workspace.rollback({ dryRun: true });
      change(root);
      expect(await failure(workspace.rollback({ token }))).to.include({ code: 'STALE_TOKEN' });
      expect(read(root, 'a')).to.equal('two');
      const { checkpoints } = await workspace.listCheckpoints();
      expect(checkpoints.map(({ kind }) => kind)).to.not.include('pre_rollback');
    });
  }

  it('takes a token that still holds, and not for another scope', async () => {
    const { root, workspace } = await scene();
    await workspace.createCheckpoint();
    put(root, 'a', 'two');
    const { token = '' } = await workspace.rollback({ dryRun: true });
    const other = await failure(workspace.rollback({ token, paths: ['a'] }));
    expect(other).to.include({ code: 'STALE_TOKEN' });
    await workspace.rollback({ token });
    expect(read(root, 'a')).to.equal('one');
  });

  const IN_PROGRESS = ['MERGE_HEAD', 'rebase-merge', 'rebase-apply', 'CHERRY_PICK_HEAD'];
  for (const name of [...IN_PROGRESS, 'REVERT_HEAD']) {
    it(`is refused while git has ${name}, unless forced`, async () => {
      const { root, workspace } = await scene();
      await workspace.createCheckpoint();
      put(root, 'a', 'two');
      writeFileSync(join(root, '.git', name), `${git(root, 'rev-parse', 'HEAD')}\n`);
      const error = await failure(workspace.rollback());
      expect(error).to.include({ code: 'OPERATION_IN_PROGRESS' });
      expect(read(root, 'a')).to.equal('two');
      await workspace.rollback({ force: true });
      expect(read(root, 'a')).to.equal('one');
    });
  }

  it('replaces a file with several names instead of changing its mode', async () => {
    const { root, workspace } = await scene();
    await workspace.createCheckpoint();
    linkSync(join(root, 'a'), join(root, '.git', 'outside'));
    chmodSync(join(root, 'a'), 0o755);
    await workspace.rollback();
    expect(statSync(join(root, 'a')).mode & 0o111).to.equal(0);
    expect(statSync(join(root, '.git', 'outside')).mode & 0o111).to.equal(0o111);
  });
});

describe('the ignore rules of both moments', () => {
  afterEach(closeWorkspaces);

  async function rolledBack(
    then: Record<string, string>,
    change: (root: string) => void,
  ): Promise<{ root: string; left: unknown; workspace: Workspace }> {
    const { root, workspace } = await scene();
    for (const [path, text] of Object.entries(then)) put(root, path, text);
    await workspace.createCheckpoint();
    change(root);
    const { left } = await workspace.rollback();
    return { root, left, workspace };
  }

  it('leave data that was ignored then and is not now', async () => {
    const { root, left } = await rolledBack({ '.gitignore': 'data\n', data: 'mine' }, (at) => {
      rmSync(join(at, '.gitignore'));
      put(at, 'data', 'changed');
    });
    expect(read(root, 'data')).to.equal('changed');
    expect(read(root, '.gitignore')).to.equal('data\n');
    expect(left).to.deep.equal([{ path: 'data', reason: 'ignored' }]);
  });

  it('bring back what was captured then and is ignored now, and undo that', async () => {
    const { root, workspace } = await rolledBack({ data: 'then' }, (at) => {
      put(at, '.gitignore', 'data\n');
      put(at, 'data', 'now');
    });
    expect([read(root, 'data'), read(root, '.gitignore')]).to.deep.equal(['then', null]);
    await workspace.undo();
    expect([read(root, 'data'), read(root, '.gitignore')]).to.deep.equal(['now', 'data\n']);
  });

  it('leave what came with a rule that ignores it', async () => {
    const { root, left } = await rolledBack({}, (at) => {
      put(at, '.gitignore', 'data\n');
      put(at, 'data', 'now');
    });
    expect([read(root, 'data'), read(root, '.gitignore')]).to.deep.equal(['now', null]);
    expect(left).to.deep.equal([{ path: 'data', reason: 'ignored' }]);
  });

  it('leave a file where a FIFO was', async () => {
    const { root, workspace } = await scene();
    execFileSync('mkfifo', [join(root, 'pipe')]);
    await workspace.createCheckpoint();
    rmSync(join(root, 'pipe'));
    put(root, 'pipe', 'mine');
    const { left } = await workspace.rollback();
    expect(read(root, 'pipe')).to.equal('mine');
    expect(left).to.deep.equal([{ path: 'pipe', reason: 'not_captured' }]);
  });
});
