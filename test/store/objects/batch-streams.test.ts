import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { BatchResult, ObjectBatch } from '../../../src/store/object-store.js';
import { hashObject } from '../../../src/store/objects/object-format.js';
import { loosePath } from '../../../src/store/objects/presence.js';
import { pitonError, rejectionOf } from '../../disk/thrown.js';
import { assertFsckClean, makeRepository, tryGit } from '../../helpers/git.js';
import {
  filesBelow,
  gitBlob,
  gitContents,
  objectsOf,
  openStore,
  overwrite,
  packFolderOf,
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

describe('streams in batches', () => {
  it('take large blobs as streams', async () => {
    const repository = makeRepository();
    const store = openStore(repository);
    const batch = store.beginBatch();
    const small = batch.add('blob', Buffer.from('before'));
    const oid = await batch.addStream(LARGE.length, large());
    const after = batch.add('blob', Buffer.from('after'));
    expect(oid).to.equal(hashObject('sha1', 'blob', LARGE));
    expect(batch.has(oid ?? '')).to.equal(true);
    expect(await batch.publish()).to.include({ objects: 3, packed: true });
    expect(gitContents(repository, oid ?? '').equals(LARGE)).to.equal(true);
    expect([small, after].every((id) => store.has(id))).to.equal(true);
    assertFsckClean(repository);
    store.close();
  });

  it('take streams and objects at the same time', async () => {
    const repository = makeRepository();
    const store = openStore(repository, { looseLimit: 3 });
    const batch = store.beginBatch();
    const other = Buffer.concat([LARGE, Buffer.from('more')]);
    const streams = [
      batch.addStream(LARGE.length, large()),
      batch.addStream(other.length, large(other)),
      batch.addStream(LARGE.length, large()),
    ];
    await sleep(5);
    const ids = addMany(batch, 20);
    const publishing = Promise.all(streams).then(() => batch.publish());
    expect(await publishing).to.include({ objects: 22, packed: true });
    const [first, second, third] = await Promise.all(streams);
    expect(first).to.equal(third);
    expect(second).not.to.equal(first);
    expect(ids.every((oid) => store.has(oid))).to.equal(true);
    const run = tryGit(repository, ['verify-pack', '-v', ...filesBelow(packFolderOf(repository))]);
    expect(run.stdout.toString()).to.contain('non delta: 22 objects');
    assertFsckClean(repository);
    store.close();
  });

  it('forget a stream that holds something else, or that fails', async () => {
    const repository = makeRepository();
    const batch = openStore(repository).beginBatch();
    const missing = createReadStream(join(repository, 'none'));
    const waiting = [
      batch.addStream(LARGE.length - 1, large()),
      batch.addStream(LARGE.length + 1, large()),
      batch.addStream(LARGE.length, missing),
    ];
    expect(await Promise.all(waiting)).to.deep.equal([null, null, null]);
    expect(await batch.publish()).to.deep.equal(NOTHING);
    expect(filesBelow(objectsOf(repository))).to.deep.equal([]);
  });

  it('do not write a stream that the repository has', async () => {
    const repository = makeRepository();
    const oid = gitBlob(repository, LARGE);
    const batch = openStore(repository).beginBatch();
    expect(await batch.addStream(LARGE.length, large())).to.equal(oid);
    expect(await batch.publish()).to.deep.equal(NOTHING);
  });

  it('write a stream whose loose copy is damaged', async () => {
    const repository = makeRepository();
    const oid = gitBlob(repository, LARGE);
    const path = loosePath(objectsOf(repository), oid);
    overwrite(path, (bytes) => bytes.subarray(0, -9));
    const store = openStore(repository);
    const batch = store.beginBatch();
    await batch.addStream(LARGE.length, large());
    expect(await batch.publish()).to.include({ objects: 1 });
    expect((await store.read(oid)).data.equals(LARGE)).to.equal(true);
    store.close();
  });

  it('stop a stream when discarded', async () => {
    const repository = makeRepository();
    const batch = openStore(repository).beginBatch();
    const endless = new Readable({
      read(): void {
        setImmediate(() => this.push(Buffer.alloc(1000)));
      },
    });
    const adding = batch.addStream(1e12, endless);
    const next = large();
    const late = rejectionOf(batch.addStream(LARGE.length, next));
    await sleep(20);
    await batch.discard();
    expect(await adding).to.equal(null);
    expect(pitonError(await late).code).to.equal('INTERNAL');
    expect([endless.destroyed, next.destroyed]).to.deep.equal([true, true]);
    expect(filesBelow(objectsOf(repository))).to.deep.equal([]);
  });
});
