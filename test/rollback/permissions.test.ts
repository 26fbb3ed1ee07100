import { expect } from 'chai';
import { chmodSync, lstatSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../src/api/workspace.js';
import { closeWorkspaces, openTest } from '../api/workspaces.js';
import { makeRepository } from '../helpers/git.js';

function modeAt(path: string): string {
  return (lstatSync(path).mode & 0o777).toString(8);
}

const MODES = { secret: 0o600, 'secret.sh': 0o700, team: 0o640, plain: 0o644 };

describe('permissions and a rollback', () => {
  let root: string;
  let workspace: Workspace;
  const before = process.umask(0o022);
  afterEach(closeWorkspaces);
  after(() => process.umask(before));

  beforeEach(async () => {
    process.umask(0o022);
    root = makeRepository();
    mkdirSync(join(root, 'folder'), { mode: 0o700 });
    for (const [name, mode] of Object.entries(MODES)) {
      const path = join(root, 'folder', name);
      writeFileSync(path, `one ${name}\n`, { mode });
      chmodSync(path, mode);
      utimesSync(path, 1, 1);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    workspace = await openTest(root);
    await workspace.createCheckpoint();
  });

  function expectAll(): void {
    for (const [name, mode] of Object.entries(MODES)) {
      expect(modeAt(join(root, 'folder', name)), name).to.equal(mode.toString(8));
    }
  }

  it('keeps those of files that it replaces', async () => {
    for (const name of Object.keys(MODES)) writeFileSync(join(root, 'folder', name), 'two\n');
    await workspace.rollback();
    expectAll();
    expect(modeAt(join(root, 'folder'))).to.equal('700');
  });

  it('gives files that it creates no more than the last ones there had', async () => {
    for (const name of Object.keys(MODES)) rmSync(join(root, 'folder', name));
    writeFileSync(join(root, 'folder/other'), '');
    await workspace.rollback();
    expectAll();
  });

  it('gives what it took away the same permissions again when it is undone', async () => {
    const path = join(root, 'later');
    writeFileSync(path, 'later\n', { mode: 0o600 });
    utimesSync(path, 1, 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await workspace.rollback();
    await workspace.undo();
    expect(modeAt(path)).to.equal('600');
  });

  it('gives no more than the umask allows', async () => {
    for (const name of Object.keys(MODES)) rmSync(join(root, 'folder', name));
    process.umask(0o077);
    await workspace.rollback();
    expect(modeAt(join(root, 'folder/plain'))).to.equal('600');
    expect(modeAt(join(root, 'folder/secret.sh'))).to.equal('700');
  });
});
