import {
  chmodSync,
  lstatSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { loosePath, ObjectPresence } from '../../../src/store/objects/presence.js';
import { StoredCheck } from '../../../src/store/objects/stored-check.js';
import { StoredObjects } from '../../../src/store/objects/stored-objects.js';
import { rejectionOf, systemCode } from '../../disk/thrown.js';
import { unprivileged } from '../../disk/unprivileged.js';
import { git, makeRepository } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';
import { gitBlob, makeHistory, objectsOf, overwrite, packFolderOf, packPath } from './samples.js';

const OLD_SECONDS = 1_000_000;

function checkOf(repository: string): StoredCheck {
  const presence = ObjectPresence.open(objectsOf(repository), 'sha1');
  return new StoredCheck(presence, new StoredObjects(presence));
}

function makeOld(path: string): void {
  utimesSync(path, OLD_SECONDS, OLD_SECONDS);
}

function isOld(path: string): boolean {
  return lstatSync(path).mtimeMs === OLD_SECONDS * 1000;
}

function packedRepository(): { repository: string; oid: string; pack: string } {
  const repository = makeRepository();
  makeHistory(repository, 1);
  git(repository, 'repack', '-adq');
  const pack = packPath(repository, 'pack');
  makeOld(pack);
  return { repository, oid: git(repository, 'rev-parse', 'HEAD'), pack };
}

describe('whether an object is stored', () => {
  it('is no for what is absent', async () => {
    const check = checkOf(makeRepository());
    expect(check.isThere('a'.repeat(40))).to.equal(false);
    expect(check.stateOf('a'.repeat(40))).to.equal('absent');
    expect(await check.isLargeStored('a'.repeat(40))).to.equal(false);
  });

  it('makes what is found look new', async () => {
    const questions: ((check: StoredCheck, oid: string) => unknown)[] = [
      (check, oid) => check.isThere(oid),
      (check, oid) => check.stateOf(oid) === 'stored',
      (check, oid) => check.isLargeStored(oid),
    ];
    for (const ask of questions) {
      const { repository, oid, pack } = packedRepository();
      expect(await ask(checkOf(repository), oid)).to.equal(true);
      expect(isOld(pack)).to.equal(false);
      const blob = gitBlob(repository, Buffer.alloc(2_000_000, 'x'));
      const path = loosePath(objectsOf(repository), blob);
      makeOld(path);
      expect(await ask(checkOf(repository), blob)).to.equal(true);
      expect(isOld(path)).to.equal(false);
    }
  });

  it('touches a pack once', () => {
    const { repository, oid, pack } = packedRepository();
    const check = checkOf(repository);
    check.isThere(oid);
    makeOld(pack);
    expect(check.isThere(oid)).to.equal(true);
    expect(isOld(pack)).to.equal(true);
  });

  it('only reads alternates', () => {
    const { repository, oid, pack } = packedRepository();
    const loose = gitBlob(repository, 'loose');
    const path = loosePath(objectsOf(repository), loose);
    makeOld(path);
    const clone = join(tempDirectory(), 'clone');
    git('/', 'clone', '-q', '--shared', repository, clone);
    const check = checkOf(clone);
    expect(check.stateOf(oid)).to.equal('stored');
    expect(check.stateOf(loose)).to.equal('stored');
    expect(check.isThere(loose)).to.equal(true);
    expect([isOld(pack), isOld(path)]).to.deep.equal([true, true]);
  });

  it('does not touch what links lead to', () => {
    const { repository, oid, pack } = packedRepository();
    const elsewhere = join(tempDirectory(), 'x.pack');
    renameSync(pack, elsewhere);
    symlinkSync(elsewhere, pack);
    checkOf(repository).isThere(oid);
    expect(isOld(elsewhere)).to.equal(true);
  });

  it('believes a loose object only when it is whole', async () => {
    const repository = makeRepository();
    const oid = gitBlob(repository, Buffer.from(`contents ${'x'.repeat(90)}`));
    const large = gitBlob(repository, Buffer.alloc(2_000_000, 'abc'));
    const check = checkOf(repository);
    for (const id of [oid, large]) {
      overwrite(loosePath(objectsOf(repository), id), (bytes) => {
        return Buffer.concat([bytes.subarray(0, -4), Buffer.alloc(4)]);
      });
      expect(check.isThere(id)).to.equal(true);
      expect(check.stateOf(id)).to.equal('damaged');
      expect(await check.isLargeStored(id)).to.equal(false);
    }
  });

  it('does not call a damaged file of an alternate its own', () => {
    const repository = makeRepository();
    const oid = gitBlob(repository, 'contents');
    const clone = join(tempDirectory(), 'clone');
    git('/', 'clone', '-q', '--shared', repository, clone);
    overwrite(loosePath(objectsOf(repository), oid), (bytes) => bytes.subarray(0, 5));
    expect(checkOf(clone).stateOf(oid)).to.equal('absent');
  });

  it('looks again when git has repacked', () => {
    const { repository, oid } = packedRepository();
    const check = checkOf(repository);
    expect(check.isThere('a'.repeat(40))).to.equal(false);
    gitBlob(repository, 'more');
    git(repository, 'update-ref', 'refs/tags/more', gitBlob(repository, 'more'));
    git(repository, 'repack', '-adq');
    expect(check.isThere(oid)).to.equal(true);
    makeOld(packPath(repository, 'pack'));
  });

  it('is no for what is gone, or cannot be touched', () => {
    const { repository, oid, pack } = packedRepository();
    const loose = gitBlob(repository, 'loose');
    chmodSync(repository, 0o755);
    const check = checkOf(repository);
    if (process.getuid?.() === 0) {
      unprivileged(() => {
        expect(check.stateOf(oid)).to.equal('absent');
        expect(check.isThere(oid)).to.equal(false);
        expect(check.stateOf(loose)).to.equal('absent');
      });
      expect(statSync(pack).mtimeMs).to.equal(OLD_SECONDS * 1000);
    }
    renameSync(pack, join(tempDirectory(), 'x'));
    expect(check.isThere(oid)).to.equal(false);
  });

  it('is not answered when the system fails', async () => {
    const repository = makeRepository();
    const oid = gitBlob(repository, 'x');
    chmodSync(repository, 0o755);
    chmodSync(loosePath(objectsOf(repository), oid), 0o000);
    const check = checkOf(repository);
    unprivileged(() => {
      expect(systemCode(() => check.stateOf(oid))).to.equal('EACCES');
    });
    const asking = unprivileged(() => check.isLargeStored(oid));
    expect(await rejectionOf(asking)).to.have.property('code', 'EACCES');
  });

  it('is not answered when a file stands where packs should be', () => {
    const { repository, oid } = packedRepository();
    const check = checkOf(repository);
    check.isThere('a'.repeat(40));
    renameSync(packFolderOf(repository), join(tempDirectory(), 'pack'));
    writeFileSync(packFolderOf(repository), '');
    expect(systemCode(() => check.isThere(oid))).to.equal('ENOTDIR');
  });
});
