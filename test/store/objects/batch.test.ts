import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { deflateSync } from 'node:zlib';
import { expect } from 'chai';
import type { BatchResult, ObjectBatch } from '../../../src/store/object-store.js';
import { hashObject } from '../../../src/store/objects/object-format.js';
import { loosePath } from '../../../src/store/objects/presence.js';
import { pitonError, rejectionOf, thrownBy } from '../../disk/thrown.js';
import { assertFsckClean, git, makeRepository } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';
import {
  ALGORITHMS,
  compareWithGit,
  filesBelow,
  gitBlob,
  gitContents,
  gitObjectIds,
  objectsOf,
  openStore,
  overwrite,
  packFolderOf,
  repositoryOf,
} from './samples.js';

const LARGE = Buffer.from(Array.from({ length: 1_500_000 }, (_, at) => (at * at * 13) % 241));

function addMany(batch: ObjectBatch, count: number, salt = ''): string[] {
  return Array.from({ length: count }, (_, place) => {
    return batch.add('blob', Buffer.from(`contents ${place} ${salt}`));
  });
}

function large(data = LARGE): Readable {
  return Readable.from([data.subarray(0, 700_000), data.subarray(700_000)], { objectMode: false });
}

const NOTHING: BatchResult = { objects: 0, bytes: 0, packed: false };

describe('batches of objects', () => {
  for (const algorithm of ALGORITHMS) {
    for (const durability of ['full', 'fast'] as const) {
      it(`are loose when few, a pack when many (${algorithm}, ${durability})`, async () => {
        const repository = repositoryOf(algorithm);
        const store = openStore(repository, { algorithm, durability, looseLimit: 10 });
        for (const [count, packed] of [
          [10, false],
          [11, true],
        ] as const) {
          const batch = store.beginBatch();
          const ids = addMany(batch, count, String(packed));
          expect(gitObjectIds(repository).some((oid) => ids.includes(oid))).to.equal(false);
          const result = await batch.publish();
          expect(result).to.include({ objects: count, packed });
          expect(ids.every((oid) => store.has(oid))).to.equal(true);
          expect(gitObjectIds(repository)).to.include.members(ids);
        }
        expect(await compareWithGit(store, repository)).to.equal(21);
        expect(filesBelow(packFolderOf(repository))).to.have.length(2);
        assertFsckClean(repository);
        store.close();
      });
    }
  }

  it('hold trees and commits that git understands', async () => {
    const repository = makeRepository();
    const batch = openStore(repository).beginBatch();
    const blob = batch.add('blob', Buffer.from('contents'));
    const empty = batch.add('tree', Buffer.alloc(0));
    const raw = (text: string, oid: string): Buffer =>
      Buffer.concat([Buffer.from(`${text}\0`), Buffer.from(oid, 'hex')]);
    const lines = [raw('100644 a', blob), raw('40000 empty', empty)];
    const tree = batch.add('tree', Buffer.concat(lines));
    const person = 'piton <piton@localhost> 1 +0000';
    const text = `tree ${tree}\nauthor ${person}\ncommitter ${person}\n\nmessage\n`;
    const commit = batch.add('commit', Buffer.from(text));
    await batch.publish();
    git(repository, 'update-ref', 'refs/heads/main', commit);
    assertFsckClean(repository);
    expect(git(repository, 'ls-tree', 'main')).to.contain(`040000 tree ${empty}\tempty`);
  });

  it('hold what was compressed elsewhere', async () => {
    const repository = makeRepository();
    for (const looseLimit of [0, 5]) {
      const batch = openStore(repository, { looseLimit }).beginBatch();
      const data = Buffer.from(`contents ${looseLimit}`);
      const oid = hashObject('sha1', 'blob', data);
      batch.addDeflated({ oid, type: 'blob', size: data.length, deflated: deflateSync(data) });
      expect(batch.has(oid)).to.equal(true);
      expect(await batch.publish()).to.include({ objects: 1, packed: looseLimit === 0 });
      expect(gitContents(repository, oid).equals(data)).to.equal(true);
    }
  });

  it('write nothing that the repository has, and nothing twice', async () => {
    const repository = makeRepository();
    const oid = gitBlob(repository, 'there');
    const store = openStore(repository);
    const batch = store.beginBatch();
    expect(batch.has(oid)).to.equal(true);
    expect(batch.has('a'.repeat(40))).to.equal(false);
    batch.add('blob', Buffer.from('there'));
    const fresh = batch.add('blob', Buffer.from('new'));
    batch.add('blob', Buffer.from('new'));
    expect(batch.has(fresh)).to.equal(true);
    expect(store.has(fresh)).to.equal(false);
    expect(await batch.publish()).to.include({ objects: 1, packed: false });
    const again = store.beginBatch();
    addMany(again, 0);
    again.add('blob', Buffer.from('new'));
    expect(await again.publish()).to.deep.equal(NOTHING);
  });

  it('replace a damaged loose object, also when the others go into a pack', async () => {
    const repository = makeRepository();
    for (const count of [0, 200]) {
      const oid = gitBlob(repository, `contents ${count}`);
      const path = loosePath(objectsOf(repository), oid);
      overwrite(path, (bytes) => bytes.subarray(0, 8));
      const store = openStore(repository);
      const batch = store.beginBatch();
      batch.add('blob', Buffer.from(`contents ${count}`));
      addMany(batch, count, 'more');
      expect(await batch.publish()).to.include({ objects: count + 1, packed: count > 0 });
      expect((await store.read(oid)).data.toString()).to.equal(`contents ${count}`);
      assertFsckClean(repository);
      store.close();
    }
  });

  it('begin a pack when much waits in memory', async () => {
    const repository = makeRepository();
    const batch = openStore(repository).beginBatch();
    const noise = Buffer.alloc(6 * 1024 * 1024);
    for (let at = 0; at < noise.length; at += 4) noise.writeInt32LE(Math.imul(at, 0x9e3779b1), at);
    for (let count = 0; count < 3; count++) {
      noise.writeUInt8(count, 0);
      const oid = hashObject('sha1', 'blob', noise);
      const deflated = deflateSync(noise, { level: 0 });
      batch.addDeflated({ oid, type: 'blob', size: noise.length, deflated });
      expect(filesBelow(packFolderOf(repository))).to.have.length(count === 2 ? 1 : 0);
    }
    expect((await batch.publish()).packed).to.equal(true);
  });

  it('leave nothing behind when discarded', async () => {
    const repository = makeRepository();
    const store = openStore(repository, { looseLimit: 3 });
    for (const count of [2, 20]) {
      const batch = store.beginBatch();
      const ids = addMany(batch, count);
      await batch.discard();
      await batch.discard();
      expect(filesBelow(objectsOf(repository))).to.deep.equal([]);
      expect(ids.some((oid) => store.has(oid))).to.equal(false);
      expect(pitonError(thrownBy(() => addMany(batch, 1))).code).to.equal('INTERNAL');
    }
  });

  it('leave nothing behind when discarded after they were published', async () => {
    const repository = makeRepository();
    const store = openStore(repository, { looseLimit: 3 });
    for (const count of [2, 20]) {
      const batch = store.beginBatch();
      const ids = addMany(batch, count);
      await batch.publish();
      await batch.discard();
      store.refresh();
      expect(filesBelow(objectsOf(repository))).to.deep.equal([]);
      expect(ids.some((oid) => store.has(oid))).to.equal(false);
    }
  });

  it('are finished once published', async () => {
    const batch = openStore(makeRepository()).beginBatch();
    await batch.publish();
    expect(pitonError(await rejectionOf(batch.publish())).code).to.equal('INTERNAL');
    await batch.discard();
  });

  it('leave nothing behind when publishing fails', async () => {
    const repository = makeRepository();
    const objects = objectsOf(repository);
    const batch = openStore(repository).beginBatch();
    const ids = addMany(batch, 30);
    mkdirSync(join(loosePath(objects, ids[29] ?? ''), 'x'), { recursive: true });
    const error = pitonError(await rejectionOf(batch.publish()));
    expect(error.code).to.equal('IO_FAILED');
    expect(filesBelow(objects)).to.deep.equal([]);
    expect(thrownBy(() => addMany(batch, 1))).to.equal(error);
  });

  it('withdraw the pack when the loose objects that go with it fail', async () => {
    const repository = makeRepository();
    const objects = objectsOf(repository);
    const oid = gitBlob(repository, 'contents');
    const path = loosePath(objects, oid);
    overwrite(path, (bytes) => bytes.subarray(0, 8));
    const batch = openStore(repository).beginBatch();
    batch.add('blob', Buffer.from('contents'));
    addMany(batch, 200);
    rmSync(path);
    mkdirSync(join(path, 'x'), { recursive: true });
    await rejectionOf(batch.publish());
    expect(filesBelow(objects)).to.deep.equal([]);
  });

  it('fail for good when a pack cannot be begun', async () => {
    const repository = makeRepository();
    rmSync(packFolderOf(repository), { recursive: true });
    writeFileSync(packFolderOf(repository), 'in the way');
    const store = openStore(repository, { looseLimit: 1 });
    const batch = store.beginBatch();
    expect(pitonError(thrownBy(() => addMany(batch, 2))).code).to.equal('UNSAFE_PATH');
    expect(pitonError(await rejectionOf(batch.publish())).code).to.equal('UNSAFE_PATH');
    const other = store.beginBatch();
    const error = await rejectionOf(other.addStream(LARGE.length, large()));
    expect(pitonError(error).code).to.equal('UNSAFE_PATH');
    await other.discard();
  });

  it('borrow from alternates', async () => {
    const repository = makeRepository();
    gitBlob(repository, 'there');
    const clone = join(tempDirectory(), 'clone');
    git('/', 'clone', '-q', '--shared', repository, clone);
    const batch = openStore(clone).beginBatch();
    batch.add('blob', Buffer.from('there'));
    expect(await batch.publish()).to.deep.equal(NOTHING);
    expect(
      existsSync(loosePath(objectsOf(clone), hashObject('sha1', 'blob', Buffer.from('there')))),
    ).to.equal(false);
  });
});
