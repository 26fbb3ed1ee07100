import { expect } from 'chai';
import { join } from 'node:path';
import { assertFsckClean, git } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { makeWithCollectedTree } from './collected-tree.js';
import { closeWorkspaces } from './workspaces.js';

describe('api: the staging area of a fork', () => {
  afterEach(closeWorkspaces);

  it('names no tree that git has collected meanwhile', async () => {
    const { root, workspace, staged } = await makeWithCollectedTree();
    const fork = join(tempDirectory(), 'attempt');
    await workspace.fork('latest', fork);
    assertFsckClean(fork);
    git(root, 'gc', '-q', '--prune=now');
    expect(git(fork, 'ls-files', '--stage')).to.equal(staged);
  });
});
