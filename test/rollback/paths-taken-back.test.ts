import { expect } from 'chai';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../src/api/workspace.js';
import { closeWorkspaces, openTest } from '../api/workspaces.js';
import { git, makeRepository } from '../helpers/git.js';
import { put, treeOf } from './operations.js';

function contents(root: string): Record<string, string> {
  const tree = treeOf(root);
  for (const path of Object.keys(tree)) if (/^\.git(\/|$)/.test(path)) delete tree[path];
  return tree;
}

/** A checkpoint with `d/e/f` and `other`. */
async function scene(): Promise<{ root: string; workspace: Workspace }> {
  const root = makeRepository();
  git(root, 'config', 'piton.maxFileSize', '50');
  for (const path of ['d/e/f', 'other']) put(root, path, 'then');
  const workspace = await openTest(root);
  await workspace.createPlan();
  await workspace.createCheckpoint();
  return { root, workspace };
}

async function expectExactlyBack(root: string, workspace: Workspace): Promise<void> {
  const before = contents(root);
  await workspace.rollback({ paths: ['d/e/f'] });
  const after = contents(root);
  expect(after['d/e/f']).to.match(/ then$/);
  await workspace.undo();
  expect(contents(root)).to.deep.equal(before);
  await workspace.redo();
  expect(contents(root)).to.deep.equal(after);
  await workspace.undo();
  expect(contents(root)).to.deep.equal(before);
}

describe('undo of a rollback of some paths', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  for (const above of ['d', 'd/e']) {
    for (const [what, text] of [
      ['file', 'now'],
      ['file that is in no checkpoint', 'x'.repeat(100)],
    ] as const) {
      it(`brings back a ${what} at ${above} that made room for a folder`, async () => {
        const { root, workspace } = await scene();
        rmSync(join(root, above), { recursive: true });
        writeFileSync(join(root, above), text);
        writeFileSync(join(root, 'other'), 'now');
        await expectExactlyBack(root, workspace);
      });
    }
  }

  it('removes the folders that were made for them', async () => {
    const { root, workspace } = await scene();
    rmSync(join(root, 'd'), { recursive: true });
    await expectExactlyBack(root, workspace);
  });

  it('leaves what came into those folders since', async () => {
    const { root, workspace } = await scene();
    rmSync(join(root, 'd'), { recursive: true });
    await workspace.rollback({ paths: ['d/e/f'] });
    put(root, 'd/new', 'now');
    await workspace.undo();
    expect(Object.keys(contents(root)))
      .to.include('d/new')
      .and.not.include('d/e');
  });

  it('goes on when a path is gone that only the rollback had put there', async () => {
    const { root, workspace } = await scene();
    rmSync(join(root, 'd'), { recursive: true });
    writeFileSync(join(root, 'other'), 'now');
    const before = contents(root);
    await workspace.rollback({ paths: ['d/e/f', 'other'] });
    rmSync(join(root, 'd'), { recursive: true });
    await workspace.undo();
    expect(contents(root)).to.deep.equal(before);
  });
});
