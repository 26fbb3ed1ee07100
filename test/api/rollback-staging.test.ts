import { expect } from 'chai';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertFsckClean, git, makeRepository } from '../helpers/git.js';
import { closeWorkspaces, openTest } from './workspaces.js';

describe('api: the staging area of a rollback', () => {
  afterEach(closeWorkspaces);

  it('names no tree that git has collected meanwhile', async () => {
    const root = makeRepository();
    const file = join(root, 'file');
    writeFileSync(file, 'first');
    git(root, 'add', '.');
    git(root, 'commit', '-qm', 'first');
    writeFileSync(file, 'staged');
    git(root, 'add', '.');
    git(root, 'write-tree');
    writeFileSync(file, 'worktree');
    const workspace = await openTest(root);
    const { checkpoint } = await workspace.createCheckpoint();
    const staged = git(root, 'ls-files', '--stage').toString();
    git(root, 'reset', '-q', '--hard');
    git(root, 'gc', '-q', '--prune=now');
    await workspace.rollback({ checkpoint: checkpoint.checkpoint_id });
    assertFsckClean(root);
    git(root, 'gc', '-q', '--prune=now');
    expect(git(root, 'ls-files', '--stage').toString()).to.equal(staged);
  });

  it('tells what was tracked then where the index is split', async () => {
    const root = makeRepository();
    const file = join(root, 'tracked.log');
    writeFileSync(join(root, '.gitignore'), '*.log');
    writeFileSync(file, 'tracked');
    git(root, 'add', '-f', '.');
    git(root, 'update-index', '--split-index');
    rmSync(file);
    const workspace = await openTest(root);
    await workspace.createCheckpoint();
    writeFileSync(file, 'back');
    const { changed_paths: changed, left } = await workspace.rollback();
    expect(changed).to.deep.equal([{ path: 'tracked.log', change: 'deleted' }]);
    expect(left).to.deep.equal([]);
  });
});
