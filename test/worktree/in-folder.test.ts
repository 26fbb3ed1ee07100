import { expect } from 'chai';
import { mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytePathFromText, fsPath } from '../../src/core/byte-path.js';
import { inFolder } from '../../src/worktree/in-folder.js';
import { tempDirectory } from '../helpers/temp.js';

describe('worktree: reaching a folder', () => {
  it('goes on reaching it when it is moved, and a link takes its place', () => {
    const root = tempDirectory();
    const folder = join(root, 'folder');
    mkdirSync(folder);
    writeFileSync(join(folder, 'mine'), '');
    const names = inFolder(bytePathFromText(folder), (reached) => {
      renameSync(folder, join(root, 'moved'));
      symlinkSync('/', folder);
      return readdirSync(fsPath(reached));
    });
    expect(names).to.deep.equal(['mine']);
  });

  it('is null by way of a link, and throws for one', () => {
    const root = tempDirectory();
    mkdirSync(join(root, 'real/folder'), { recursive: true });
    symlinkSync('real', join(root, 'link'));
    expect(inFolder(bytePathFromText(join(root, 'link/folder')), () => 'reached')).to.equal(null);
    const throughLink = () => inFolder(bytePathFromText(join(root, 'link')), () => 'reached');
    expect(throughLink).to.throw().with.property('code', 'ENOTDIR');
  });
});
