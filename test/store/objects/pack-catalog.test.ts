import { mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  indexPathOf,
  KnownPack,
  listPacks,
  packFoldersStamp,
} from '../../../src/store/objects/pack-catalog.js';
import { systemCode } from '../../disk/thrown.js';
import { unprivileged } from '../../disk/unprivileged.js';
import { git } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';
import {
  gitBlob,
  makeHistory,
  objectsOf,
  packFolderOf,
  packPath,
  repositoryOf,
} from './samples.js';

function packedRepository(): string {
  const repository = repositoryOf('sha1');
  makeHistory(repository, 2);
  git(repository, 'repack', '-adq');
  return repository;
}

describe('the packs of a repository', () => {
  it('are listed with their indexes, which are read once', () => {
    const repository = packedRepository();
    const [pack, ...others] = listPacks([objectsOf(repository)], 'sha1', []);
    expect(others).to.deep.equal([]);
    expect(pack?.path).to.equal(packPath(repository, 'pack'));
    expect(pack?.isOwn).to.equal(true);
    expect(pack?.index?.count).to.be.greaterThan(5);
    expect(pack?.index).to.equal(pack?.index);
  });

  it('are marked as borrowed when they are', () => {
    const repository = packedRepository();
    const dirs = [objectsOf(repositoryOf('sha1')), objectsOf(repository)];
    expect(listPacks(dirs, 'sha1', []).map((pack) => pack.isOwn)).to.deep.equal([false]);
  });

  it('have both files', () => {
    const repository = packedRepository();
    writeFileSync(join(packFolderOf(repository), 'pack-x.pack'), '');
    writeFileSync(join(packFolderOf(repository), 'pack-y.idx'), '');
    writeFileSync(join(packFolderOf(repository), 'tmp_pack_z'), '');
    expect(listPacks([objectsOf(repository)], 'sha1', [])).to.have.length(1);
  });

  it('may be none at all', () => {
    const folder = tempDirectory();
    expect(listPacks([folder, join(folder, 'none')], 'sha1', [])).to.deep.equal([]);
    writeFileSync(join(folder, 'pack'), '');
    expect(listPacks([folder], 'sha1', [])).to.deep.equal([]);
  });

  it('that may not be listed are an error, not an absence', () => {
    const folder = tempDirectory();
    mkdirSync(join(folder, 'pack'), { mode: 0o000 });
    unprivileged(() => {
      expect(systemCode(() => listPacks([folder], 'sha1', []))).to.equal('EACCES');
    });
  });

  it('are kept when nothing has changed, and read again when the file is another', () => {
    const repository = packedRepository();
    const dirs = [objectsOf(repository)];
    const before = listPacks(dirs, 'sha1', []);
    expect(listPacks(dirs, 'sha1', before)[0]).to.equal(before[0]);
    utimesSync(packPath(repository, 'idx'), 5, 5);
    const after = listPacks(dirs, 'sha1', before);
    expect(after[0]).not.to.equal(before[0]);
    expect(after[0]?.path).to.equal(before[0]?.path);
  });

  it('that vanish before they are needed have no index', () => {
    const repository = packedRepository();
    const [pack] = listPacks([objectsOf(repository)], 'sha1', []);
    renameSync(packPath(repository, 'idx'), join(tempDirectory(), 'x'));
    expect(pack?.index).to.equal(null);
  });

  it('keep their index files beside an index of many packs', () => {
    const repository = packedRepository();
    git(repository, 'multi-pack-index', 'write');
    expect(listPacks([objectsOf(repository)], 'sha1', [])[0]?.index).not.to.equal(null);
    gitBlob(repository, 'more');
    git(repository, 'repack', '-adq', '--write-midx');
    expect(listPacks([objectsOf(repository)], 'sha1', [])[0]?.index).not.to.equal(null);
  });

  it('show in the stamp of their folders when they come and go', () => {
    const repository = packedRepository();
    const dirs = [objectsOf(repository), join(tempDirectory(), 'none')];
    const before = packFoldersStamp(dirs);
    expect(packFoldersStamp(dirs)).to.equal(before);
    utimesSync(packFolderOf(repository), 5, 5);
    expect(packFoldersStamp(dirs)).not.to.equal(before);
  });

  it('are known for cruft packs by the ages beside them, which may come later', () => {
    const repository = packedRepository();
    const dirs = [objectsOf(repository)];
    const before = listPacks(dirs, 'sha1', []);
    expect(before.map(({ isCruft }) => isCruft)).to.deep.equal([false]);
    writeFileSync(packPath(repository, 'pack').replace(/pack$/, 'mtimes'), '');
    const after = listPacks(dirs, 'sha1', before);
    expect(after.map(({ isCruft }) => isCruft)).to.deep.equal([true]);
    expect(listPacks(dirs, 'sha1', after)[0]).to.equal(after[0]);
  });

  it('may bring their index along', () => {
    const repository = packedRepository();
    const index = listPacks([objectsOf(repository)], 'sha1', [])[0]?.index ?? undefined;
    const facts = { path: '/nowhere/pack-x.pack', isOwn: true, isCruft: false, stamp: 'stamp' };
    const pack = new KnownPack(facts, 'sha1', index);
    expect(pack.index).to.equal(index);
    expect(indexPathOf(pack.path)).to.equal('/nowhere/pack-x.idx');
  });
});
