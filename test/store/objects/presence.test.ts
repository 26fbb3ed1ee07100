import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { loosePath, ObjectPresence } from '../../../src/store/objects/presence.js';
import { pitonError, thrownBy } from '../../disk/thrown.js';
import { git, makeRepository, tryGit } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';
import {
  ALGORITHMS,
  gitBlob,
  gitObjectIds,
  makeHistory,
  objectsOf,
  overwrite,
  packFolderOf,
  packPath,
  repositoryOf,
} from './samples.js';

function flipLast(oid: string): string {
  return oid.slice(0, -1) + (oid.endsWith('0') ? '1' : '0');
}

function packObjects(repository: string, ids: string[]): void {
  const base = join(packFolderOf(repository), 'pack');
  tryGit(repository, ['pack-objects', '-q', base], ids.join('\n'));
}

describe('which objects there are', () => {
  for (const algorithm of ALGORITHMS) {
    it(`in packs and loose, also in another thread (${algorithm})`, async () => {
      const repository = repositoryOf(algorithm);
      makeHistory(repository, 2);
      git(repository, 'repack', '-adq');
      const packed = gitObjectIds(repository);
      const loose = gitBlob(repository, 'a loose one');
      const presence = ObjectPresence.open(objectsOf(repository), algorithm);
      const wanted = [...packed, loose];
      const ids = [...wanted, ...wanted.map(flipLast)];
      const expected = ids.map((_, place) => place < wanted.length);
      expect(ids.map((oid) => presence.has(oid))).to.deep.equal(expected);
      expect(packed.every((oid) => presence.findPack(oid) !== null)).to.equal(true);
      expect(presence.findPack(loose)).to.equal(null);

      const code = `
        const { parentPort, workerData } = require('node:worker_threads');
        import(workerData.module).then(({ ObjectPresence }) => {
          const presence = ObjectPresence.fromShared(workerData.shared);
          parentPort.postMessage(workerData.ids.map((oid) => presence.has(oid)));
        });`;
      const module = new URL('../../../src/store/objects/presence.js', import.meta.url).href;
      const workerData = { module, shared: presence.share(), ids };
      const worker = new Worker(code, { eval: true, workerData });
      const found = await new Promise((done, fail) => {
        worker.once('message', done).once('error', fail);
      });
      expect(found).to.deep.equal(expected);
      await worker.terminate();
    });
  }

  it('includes what alternates have', () => {
    const repository = makeRepository();
    const loose = gitBlob(repository, 'loose');
    makeHistory(repository, 1);
    const packed = git(repository, 'rev-parse', 'HEAD');
    git(repository, 'repack', '-dq');
    const clone = join(tempDirectory(), 'clone');
    git('/', 'clone', '-q', '--shared', repository, clone);
    const presence = ObjectPresence.open(objectsOf(clone), 'sha1');
    expect(presence.has(loose)).to.equal(true);
    expect(presence.has(packed)).to.equal(true);
    expect(presence.findPack(packed)?.isOwn).to.equal(false);
    expect(presence.findAllLoose(loose)).to.deep.equal([loosePath(objectsOf(repository), loose)]);
  });

  it('has nothing under what is no id', () => {
    const repository = makeRepository();
    const oid = gitBlob(repository, 'x');
    const presence = ObjectPresence.open(objectsOf(repository), 'sha1');
    const odd = `${oid.slice(0, 2)}${'/'.repeat(38)}`;
    for (const id of ['', 'abc', oid.slice(1), `${oid}0`, odd, `${oid.slice(0, 39)}g`]) {
      expect(presence.has(id)).to.equal(false);
      expect(presence.findAllLoose(id)).to.deep.equal([]);
      expect(presence.findAllPacks(id)).to.deep.equal([]);
    }
  });

  it('finds every pack that holds an object, and looks first where it found the last', () => {
    const repository = makeRepository();
    const ids = ['one', 'two', 'three'].map((text) => {
      const oid = gitBlob(repository, text);
      packObjects(repository, [oid]);
      return oid;
    });
    packObjects(repository, ids);
    const presence = ObjectPresence.open(objectsOf(repository), 'sha1');
    expect(presence.packs).to.have.length(4);
    for (const oid of ids) {
      expect(presence.findAllPacks(oid)).to.have.length(2);
      const found = presence.findPack(oid);
      expect(presence.packs[0]).to.equal(found);
      expect(new Set(presence.packs).size).to.equal(4);
    }
  });

  it('names an index that is damaged', () => {
    const repository = makeRepository();
    makeHistory(repository, 1);
    git(repository, 'repack', '-adq');
    const idx = packPath(repository, 'idx');
    overwrite(idx, (bytes) => bytes.subarray(0, -1));
    const presence = ObjectPresence.open(objectsOf(repository), 'sha1');
    const error = pitonError(thrownBy(() => presence.has('a'.repeat(40))));
    expect(error.code).to.equal('OBJECT_DAMAGED');
    expect(error.details['file']).to.equal(idx);
  });

  it('notices packs that come and go', () => {
    const repository = makeRepository();
    makeHistory(repository, 1);
    const presence = ObjectPresence.open(objectsOf(repository), 'sha1');
    expect(presence.isOutdated()).to.equal(false);
    const oid = git(repository, 'rev-parse', 'HEAD');
    git(repository, 'repack', '-adq');
    expect(presence.isOutdated()).to.equal(true);
    expect(presence.has(oid)).to.equal(false);
    presence.rescan();
    expect(presence.isOutdated()).to.equal(false);
    expect(presence.has(oid)).to.equal(true);
    const pack = packPath(repository, 'pack');
    renameSync(pack, join(tempDirectory(), 'x'));
    presence.rescan();
    expect(presence.has(oid)).to.equal(false);
  });

  it('passes over a pack whose index vanished after it was listed', () => {
    const repository = makeRepository();
    makeHistory(repository, 1);
    git(repository, 'repack', '-adq');
    const presence = ObjectPresence.open(objectsOf(repository), 'sha1');
    renameSync(packPath(repository, 'idx'), join(tempDirectory(), 'x'));
    expect(presence.has('a'.repeat(40))).to.equal(false);
    expect(presence.findAllPacks('a'.repeat(40))).to.deep.equal([]);
    expect(presence.share().indexes).to.deep.equal([]);
  });

  it('sees loose objects at once', () => {
    const repository = makeRepository();
    const presence = ObjectPresence.open(objectsOf(repository), 'sha1');
    const oid = 'ab'.repeat(20);
    expect(presence.has(oid)).to.equal(false);
    mkdirSync(dirname(loosePath(objectsOf(repository), oid)));
    writeFileSync(loosePath(objectsOf(repository), oid), '');
    expect(presence.has(oid)).to.equal(true);
  });
});
