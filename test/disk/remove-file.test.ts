import { expect } from 'chai';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeFile } from '../../src/disk/remove-file.js';
import { tempDirectory } from '../helpers/temp.js';

describe('removeFile', () => {
  it('removes files and links, never what a link points to', () => {
    const directory = tempDirectory();
    mkdirSync(join(directory, 'folder'));
    writeFileSync(join(directory, 'file'), '');
    for (const target of ['folder', 'file', 'nothing']) {
      symlinkSync(target, join(directory, 'link'));
      removeFile(join(directory, 'link'));
    }
    expect(readdirSync(directory)).to.deep.equal(['file', 'folder']);
    removeFile(join(directory, 'file'));
    expect(readdirSync(directory)).to.deep.equal(['folder']);
  });

  it('is content when nothing is there, and not when a folder is', () => {
    const directory = tempDirectory();
    removeFile(join(directory, 'nothing'));
    expect(() => removeFile(directory)).to.throw(/EISDIR|EPERM/);
  });
});
