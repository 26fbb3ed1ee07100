import { expect } from 'chai';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytePathFromText } from '../../src/core/byte-path.js';
import { contentsOf, isFolder } from '../../src/disk/contents.js';
import { tempDirectory } from '../helpers/temp.js';

describe('disk: what a folder holds', () => {
  it('is counted with all below it, and no link is followed', () => {
    const root = tempDirectory();
    mkdirSync(join(root, 'in/deep'), { recursive: true });
    writeFileSync(join(root, 'in/a'), '123');
    writeFileSync(join(root, 'in/deep/b'), '4567');
    symlinkSync(join(root, 'in'), join(root, 'in/again'));
    symlinkSync(join(root, 'in'), join(root, 'link'));
    const at = (name: string): ReturnType<typeof bytePathFromText> =>
      bytePathFromText(join(root, name));
    expect(contentsOf(at('in'))).to.deep.equal({ files: 3, bytes: 7 });
    for (const name of ['link', 'absent', 'in/a']) {
      expect(contentsOf(at(name))).to.deep.equal({ files: 0, bytes: 0 });
      expect(isFolder(at(name))).to.equal(false);
    }
    expect(isFolder(at('in'))).to.equal(true);
  });
});
