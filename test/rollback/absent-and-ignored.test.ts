import { expect } from 'chai';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { closeWorkspaces } from '../api/workspaces.js';
import { git } from '../helpers/git.js';
import { put } from './operations.js';
import { read, scene } from './scene.js';

const RECURSIVE = { recursive: true };

describe('what a rollback makes where rules ignore it', () => {
  afterEach(closeWorkspaces);

  for (const [what, path, text] of [
    ['a file', 'build/made', 'then'],
    ['an empty folder', 'build', null],
    ['an empty folder in another', 'build/in', null],
  ] as const) {
    it(`undo takes away ${what} that came back where the rules of before ignore it`, async () => {
      const { root, workspace } = await scene();
      if (text !== null) put(root, path, text);
      else mkdirSync(join(root, path), { recursive: true });
      await workspace.createCheckpoint();
      rmSync(join(root, 'build'), { recursive: true });
      put(root, '.gitignore', 'build/\n');
      await workspace.rollback();
      expect(existsSync(join(root, path))).to.equal(true);
      await workspace.undo();
      expect([existsSync(join(root, 'build')), read(root, '.gitignore')]).to.deep.equal([
        false,
        'build/\n',
      ]);
      await workspace.redo();
      expect(existsSync(join(root, path))).to.equal(true);
    });
  }

  it('undo takes away what rules ignore that came back with it', async () => {
    const { root, workspace } = await scene();
    put(root, '.gitignore', '*.log\n/.gitignore\nbuild/\n');
    put(root, 'x.log', 'then');
    mkdirSync(join(root, 'build'));
    await workspace.createCheckpoint({ includeIgnored: true });
    for (const name of ['.gitignore', 'x.log', 'build']) rmSync(join(root, name), RECURSIVE);
    await workspace.rollback();
    const { left } = await workspace.undo();
    expect([left, readdirSync(root).sort()]).to.deep.equal([[], ['.git', 'a']]);
    await workspace.redo();
    const names = ['.git', '.gitignore', 'a', 'build', 'x.log'];
    expect(readdirSync(root).sort()).to.deep.equal(names);
    await workspace.undo();
    expect(readdirSync(root).sort()).to.deep.equal(['.git', 'a']);
  });

  it('undo takes away what was tracked once, and ignored, and came back untracked', async () => {
    const { root, workspace } = await scene();
    put(root, '.gitignore', '*.log\n');
    put(root, 'x.log', 'then');
    git(root, 'add', '-f', '.');
    git(root, 'commit', '-q', '-m', 'with a log');
    await workspace.createCheckpoint();
    git(root, 'rm', '-q', '.gitignore', 'x.log');
    git(root, 'commit', '-q', '-m', 'without');
    await workspace.rollback();
    expect(read(root, 'x.log')).to.equal('then');
    put(root, 'x.log', 'worked on');
    await workspace.undo();
    expect(read(root, 'x.log')).to.equal(null);
    await workspace.redo();
    expect(read(root, 'x.log')).to.equal('worked on');
  });

  it('undo leaves an ignored folder that was empty, and that the rollback filled', async () => {
    const { root, workspace } = await scene();
    put(root, 'build/deep/made', 'then');
    await workspace.createCheckpoint();
    rmSync(join(root, 'build/deep/made'));
    put(root, '.gitignore', 'build/\n');
    await workspace.rollback();
    expect(read(root, 'build/deep/made')).to.equal('then');
    await workspace.undo();
    expect(readdirSync(join(root, 'build'))).to.deep.equal(['deep']);
    expect(readdirSync(join(root, 'build/deep'))).to.deep.equal([]);
  });

  it('redo leaves an empty folder that the checkpoint has and its own rules ignore', async () => {
    const { root, workspace } = await scene();
    put(root, '.gitignore', '*\n!.gitignore\n');
    mkdirSync(join(root, 'build'));
    await workspace.createCheckpoint({ includeIgnored: true });
    rmSync(join(root, '.gitignore'));
    put(root, 'build/made', 'since');
    await workspace.rollback();
    await workspace.undo();
    await workspace.redo();
    expect(readdirSync(join(root, 'build'))).to.deep.equal([]);
  });

  it('undo leaves an ignored folder, with what is in it, that was there all along', async () => {
    const { root, workspace } = await scene();
    mkdirSync(join(root, 'build'));
    await workspace.createCheckpoint();
    put(root, '.gitignore', 'build/\n');
    put(root, 'build/mine', 'made since');
    await workspace.rollback();
    expect(read(root, 'build/mine')).to.equal('made since');
    await workspace.undo();
    expect(read(root, 'build/mine')).to.equal('made since');
  });
});
