import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytePathFromText, ROOT } from '../../src/core/byte-path.js';
import { LIMITS } from '../../src/core/limits.js';
import { IgnoreFileReader, mayHold } from '../../src/worktree/read-ignore-file.js';
import { tempDirectory } from '../helpers/temp.js';
import { bytePath } from './scanning.js';

const NAME = bytePath('.gitignore');

describe('worktree: reading ignore files', () => {
  it('reads them and remembers what they said', () => {
    const root = tempDirectory();
    mkdirSync(join(root, 'd'));
    writeFileSync(join(root, '.gitignore'), '*.o\n');
    writeFileSync(join(root, 'd/.gitignore'), '');
    const reader = new IgnoreFileReader(bytePathFromText(root));
    expect(reader.read(ROOT, NAME)?.toString()).to.equal('*.o\n');
    expect(reader.read(bytePath('d'), NAME)?.toString()).to.equal('');
    expect(reader.read(bytePath('d'), bytePath('.pitonignore'))).to.equal(null);
    expect([...reader.seen.keys()]).to.deep.equal(['.gitignore', 'd/.gitignore']);
  });

  it('takes nothing else for an ignore file', () => {
    const root = tempDirectory();
    const reader = new IgnoreFileReader(bytePathFromText(root));
    for (const folder of ['link', 'folder', 'fifo', 'large']) mkdirSync(join(root, folder));
    writeFileSync(join(root, 'rules'), '*\n');
    symlinkSync('../rules', join(root, 'link/.gitignore'));
    mkdirSync(join(root, 'folder/.gitignore'));
    spawnSync('mkfifo', [join(root, 'fifo/.gitignore')]);
    writeFileSync(join(root, 'large/.gitignore'), '');
    truncateSync(join(root, 'large/.gitignore'), LIMITS.ignoreFileBytes + 1);
    for (const folder of ['link', 'folder', 'fifo', 'large']) {
      expect(reader.read(bytePath(folder), NAME), folder).to.equal(null);
    }
    expect(reader.seen.size).to.equal(0);
  });

  it('looks for them only where a listing may name them', () => {
    const names = ['a', '.gitignored', '.GitIgnore'].map(bytePath);
    expect(mayHold(names, NAME)).to.equal(true);
    expect(mayHold(names.slice(0, 2), NAME)).to.equal(false);
    expect(mayHold(names, bytePath('.pitonignore'))).to.equal(false);
  });
});
