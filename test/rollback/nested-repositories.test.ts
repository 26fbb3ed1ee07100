import { expect } from 'chai';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../src/api/workspace.js';
import { closeWorkspaces, openTest } from '../api/workspaces.js';
import { git, makeRepository } from '../helpers/git.js';
import { put } from './operations.js';

interface Scene {
  root: string;
  workspace: Workspace;
}

async function scene(): Promise<Scene> {
  const root = makeRepository();
  put(root, 'a', 'one');
  git(root, 'add', 'a');
  git(root, 'commit', '-q', '-m', 'first');
  const workspace = await openTest(root);
  await workspace.createPlan();
  await workspace.createCheckpoint();
  return { root, workspace };
}

function makeNested(root: string, path: string): void {
  git(root, 'init', '-q', '-b', 'main', path);
  put(root, `${path}/tracked`, 'tracked');
  git(join(root, path), 'add', 'tracked');
  git(join(root, path), 'commit', '-q', '-m', 'nested');
  put(root, `${path}/untracked`, 'untracked');
}

function statusOf(root: string, path: string): string {
  return git(join(root, path), 'status', '--porcelain');
}

function read(root: string, path: string): string | null {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null;
}

const LEFT = (path: string) => ({ path, reason: 'nested_repository' });

describe('a rollback and repositories inside the worktree', () => {
  afterEach(closeWorkspaces);

  it('leaves one that was made since whole, and undo and redo do too', async () => {
    const { root, workspace } = await scene();
    makeNested(root, 'd/n');
    put(root, 'd/other');
    const data = await workspace.rollback();
    expect(data.left).to.deep.equal([LEFT('d/n')]);
    expect(data.changed_paths).to.deep.equal([{ path: 'd/other', change: 'deleted' }]);
    expect(statusOf(root, 'd/n')).to.equal('?? untracked');
    await workspace.undo();
    await workspace.redo();
    expect(statusOf(root, 'd/n')).to.equal('?? untracked');
    expect(read(root, 'd/n/untracked')).to.equal('untracked');
  });

  it('leaves a linked worktree that was added since whole', async () => {
    const { root, workspace } = await scene();
    git(root, 'worktree', 'add', '-q', '-b', 'side', 'linked');
    put(root, 'linked/new', 'mine');
    put(root, 'linked/a', 'edited');
    const { left } = await workspace.rollback();
    expect(left).to.deep.equal([LEFT('linked')]);
    expect(statusOf(root, 'linked')).to.equal(' M a\n?? new');
  });

  it('leaves a submodule that was added since whole, though .gitmodules goes', async () => {
    const { root, workspace } = await scene();
    const origin = makeRepository();
    makeNested(origin, 'one');
    git(root, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', `${origin}/one`, 'sub');
    put(root, 'sub/new', 'mine');
    const { left } = await workspace.rollback();
    expect(left).to.deep.equal([LEFT('sub')]);
    expect(read(root, '.gitmodules')).to.equal(null);
    expect(statusOf(root, 'sub')).to.equal('?? new');
  });

  it('leaves one that was moved to another place since', async () => {
    const root = makeRepository();
    makeNested(root, 'n');
    const workspace = await openTest(root);
    await workspace.createPlan();
    await workspace.createCheckpoint();
    makeNested(root, 'm');
    rmSync(join(root, 'n'), { recursive: true });
    const { left } = await workspace.rollback();
    expect(left).to.deep.equal([LEFT('m')]);
    expect(statusOf(root, 'm')).to.equal('?? untracked');
    expect(read(root, 'n/untracked')).to.equal('untracked');
  });

  it('takes the files of one that the checkpoint has back, and leaves its .git', async () => {
    const root = makeRepository();
    makeNested(root, 'n');
    const workspace = await openTest(root);
    await workspace.createPlan();
    await workspace.createCheckpoint();
    put(root, 'n/new', 'new');
    writeFileSync(join(root, 'n', 'tracked'), 'edited');
    await workspace.rollback();
    expect(statusOf(root, 'n')).to.equal('?? untracked');
  });
});
