import { expect } from 'chai';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asBytePath, ROOT } from '../../src/core/byte-path.js';
import { removeEmptyFolder, removeFolder } from '../../src/disk/remove-folder.js';
import { tempDirectory } from '../helpers/temp.js';
import { pitonError, systemCode, thrownBy } from './thrown.js';

describe('removing a folder', () => {
  let root: string;
  beforeEach(() => {
    root = tempDirectory();
    mkdirSync(join(root, 'a/b/c'), { recursive: true });
    writeFileSync(join(root, 'a/b/c/f'), '');
  });

  it('takes all that is in it', () => {
    expect(removeFolder(root, asBytePath('a'), 'b')).to.deep.equal([]);
    expect(readdirSync(join(root, 'a'))).to.deep.equal([]);
    expect(systemCode(() => removeFolder(root, asBytePath('a/b'), 'c'))).to.equal('ENOENT');
  });

  it('follows no link, neither to it nor to what it is in', () => {
    const outside = tempDirectory();
    mkdirSync(join(outside, 'b/c'), { recursive: true });
    symlinkSync(outside, join(root, 'link'));
    for (const remove of [removeFolder, removeEmptyFolder]) {
      const below = pitonError(thrownBy(() => remove(root, asBytePath('link'), 'b')));
      expect(below.code).to.equal('UNSAFE_PATH');
    }
    expect(pitonError(thrownBy(() => removeFolder(root, ROOT, 'link'))).code).to.equal(
      'UNSAFE_PATH',
    );
    expect(existsSync(join(outside, 'b/c'))).to.equal(true);
  });

  it('leaves one that is not empty, not there, or no folder, when it should be empty', () => {
    writeFileSync(join(root, 'file'), '');
    for (const name of ['a', 'missing', 'file']) removeEmptyFolder(root, ROOT, name);
    removeEmptyFolder(root, asBytePath('missing'), 'x');
    expect(readdirSync(root).sort()).to.deep.equal(['a', 'file']);
    mkdirSync(join(root, 'empty'));
    removeEmptyFolder(root, ROOT, 'empty');
    expect(existsSync(join(root, 'empty'))).to.equal(false);
  });
});
