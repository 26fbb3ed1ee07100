import { expect } from 'chai';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { closeWorkspaces } from '../api/workspaces.js';
import { put } from './operations.js';
import { read, scene } from './scene.js';

describe('what a rollback makes where the rules of before ignore it', () => {
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
