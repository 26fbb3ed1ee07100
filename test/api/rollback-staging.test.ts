import { expect } from 'chai';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertFsckClean, git, makeRepository } from '../helpers/git.js';
import { makeWithCollectedTree } from './collected-tree.js';
import { closeWorkspaces, openTest } from './workspaces.js';

describe('api: the staging area of a rollback', () => {
  afterEach(closeWorkspaces);

  it('names no tree that git has collected meanwhile', async () => {
    const { root, workspace, checkpoint, staged } = await makeWithCollectedTree();
    await workspace.rollback({ checkpoint });
    assertFsckClean(root);
    git(root, 'gc', '-q', '--prune=now');
    expect(git(root, 'ls-files', '--stage')).to.equal(staged);
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
