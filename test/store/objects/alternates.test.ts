import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import { LIMITS } from '../../../src/core/limits.js';
import { objectsFolders } from '../../../src/store/objects/alternates.js';
import { pitonError, thrownBy } from '../../disk/thrown.js';
import { unprivileged } from '../../disk/unprivileged.js';
import { git, makeRepository } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';
import { objectsOf } from './samples.js';

function folderWith(...lines: string[]): string {
  const folder = tempDirectory();
  borrow(folder, ...lines);
  return folder;
}

function borrow(folder: string, ...lines: string[]): void {
  mkdirSync(join(folder, 'info'), { recursive: true });
  writeFileSync(join(folder, 'info/alternates'), lines.map((line) => `${line}\n`).join(''));
}

describe('alternates', () => {
  it('are none unless the repository names some', () => {
    const objectsDir = objectsOf(makeRepository());
    expect(objectsFolders(objectsDir)).to.deep.equal([objectsDir]);
  });

  it('of git clone --shared are found', () => {
    const repository = makeRepository();
    git(repository, 'commit', '-q', '--allow-empty', '-m', 'x');
    const clone = join(tempDirectory(), 'clone');
    git('/', 'clone', '-q', '--shared', repository, clone);
    expect(objectsFolders(objectsOf(clone))).to.deep.equal([
      objectsOf(clone),
      objectsOf(repository),
    ]);
  });

  it('may be relative to the folder that names them', () => {
    const [far, near] = [tempDirectory(), tempDirectory()];
    borrow(near, relative(near, far));
    const folder = folderWith('# a comment', '', near);
    expect(objectsFolders(folder)).to.deep.equal([folder, near, far]);
  });

  it('are taken once, also in circles and through links', () => {
    const other = tempDirectory();
    const link = join(tempDirectory(), 'link');
    symlinkSync(other, link);
    const folder = folderWith(other, link, `${other}/.`);
    borrow(other, folder, other);
    expect(objectsFolders(folder)).to.deep.equal([folder, other]);
  });

  it('are followed to a bounded depth', () => {
    const chain = Array.from({ length: LIMITS.alternateDepth + 3 }, () => tempDirectory());
    chain.forEach((folder, place) => {
      borrow(folder, chain[place + 1] ?? '');
    });
    const expected = chain.slice(0, LIMITS.alternateDepth + 1);
    expect(objectsFolders(chain[0] as string)).to.deep.equal(expected);
  });

  it('are bounded in number', () => {
    const parent = tempDirectory();
    const names = Array.from({ length: LIMITS.alternates + 9 }, (_, at) => join(parent, `${at}`));
    for (const name of names) mkdirSync(name);
    expect(objectsFolders(folderWith(...names))).to.have.length(LIMITS.alternates);
  });

  it('that lead to no folder are passed over', () => {
    const parent = tempDirectory();
    writeFileSync(join(parent, 'file'), '');
    spawnSync('mkfifo', [join(parent, 'fifo')]);
    symlinkSync('loop', join(parent, 'loop'));
    const names = ['none', 'file', 'file/x', 'fifo', 'loop', 'a\0b', 'x'.repeat(5000)];
    const folder = folderWith(...names.map((name) => join(parent, name)));
    expect(objectsFolders(folder)).to.deep.equal([folder]);
  });

  it('that may not be entered are passed over', () => {
    const closed = tempDirectory();
    mkdirSync(join(closed, 'inside'));
    const folder = folderWith(join(closed, 'inside'));
    chmodSync(folder, 0o755);
    chmodSync(closed, 0o000);
    unprivileged(() => {
      expect(objectsFolders(folder)).to.deep.equal([folder]);
    });
    chmodSync(closed, 0o755);
  });

  it('are not read from anything but a bounded regular file', () => {
    const folder = tempDirectory();
    mkdirSync(join(folder, 'info'));
    spawnSync('mkfifo', [join(folder, 'info/alternates')]);
    expect(pitonError(thrownBy(() => objectsFolders(folder))).code).to.equal('STATE_DAMAGED');
    const large = folderWith('x'.repeat(LIMITS.alternatesFileBytes));
    expect(pitonError(thrownBy(() => objectsFolders(large))).code).to.equal('STATE_DAMAGED');
  });
});
