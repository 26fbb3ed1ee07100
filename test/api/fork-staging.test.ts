import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertFsckClean, git, makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { closeWorkspaces, openTest } from './workspaces.js';

describe('api: the staging area of a fork', () => {
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
    await workspace.createCheckpoint();
    const staged = git(root, 'ls-files', '--stage').toString();
    git(root, 'reset', '-q', '--hard');
    git(root, 'gc', '-q', '--prune=now');
    const fork = join(tempDirectory(), 'attempt');
    await workspace.fork('latest', fork);
    assertFsckClean(fork);
    git(root, 'gc', '-q', '--prune=now');
    expect(git(fork, 'ls-files', '--stage').toString()).to.equal(staged);
  });
});
