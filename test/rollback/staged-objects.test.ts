import { expect } from 'chai';
import { closeWorkspaces, openTest } from '../api/workspaces.js';
import { stageAwayFromHead } from '../checkpoint/sparse-staging.js';
import { git, makeRepository, tryGit } from '../helpers/git.js';
import { forgetOther, resolveConflict } from '../worktree/staging-area/resolved-conflict.js';

describe('a rollback to a staging area whose objects nothing else holds', () => {
  afterEach(closeWorkspaces);

  it('brings resolved conflicts back, and leaves git able to collect garbage', async () => {
    const root = makeRepository();
    resolveConflict(root, ['a']);
    const resolved = git(root, 'ls-files', '--resolve-undo');
    const workspace = await openTest(root);
    await workspace.createCheckpoint();
    git(root, 'reset', '-q', '--hard');
    forgetOther(root);
    const { staging_area: stagingArea } = await workspace.rollback();
    expect(stagingArea).to.deep.equal({ restored: true });
    expect(git(root, 'ls-files', '--resolve-undo')).to.equal(resolved);
    expect(tryGit(root, ['fsck', '--strict']).status).to.equal(0);
    git(root, 'gc', '-q', '--prune=now');
  });

  it('brings back what is staged in folders that a sparse one does not look into', async () => {
    const root = makeRepository();
    stageAwayFromHead(root);
    const workspace = await openTest(root);
    await workspace.createCheckpoint();
    const staged = git(root, 'diff', '--cached');
    git(root, 'reset', '-q', '--hard');
    git(root, 'tag', '-d', 'two');
    git(root, 'reflog', 'expire', '--all', '--expire=now');
    git(root, 'gc', '-q', '--prune=now');
    await workspace.rollback();
    expect(git(root, 'diff', '--cached')).to.equal(staged);
    expect(staged).to.contain('out/deep/b');
    expect((await workspace.verify({ all: true })).damaged).to.deep.equal([]);
  });
});
