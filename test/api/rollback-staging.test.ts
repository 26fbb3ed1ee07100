import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
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
});
