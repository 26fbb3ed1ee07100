import { lstatSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { loosePath, ObjectPresence } from '../../../src/store/objects/presence.js';
import { StoredCheck } from '../../../src/store/objects/stored-check.js';
import { StoredObjects } from '../../../src/store/objects/stored-objects.js';
import { git, makeRepository } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';
import {
  cruftBlobs,
  dropOldObjects,
  filesBelow,
  gitBlob,
  gitContents,
  gitObjectIds,
  objectsOf,
  openStore,
  overwrite,
  packFolderOf,
} from './samples.js';

const LARGE = Buffer.alloc(2_000_000, 'abc');

function checkOf(repository: string): StoredCheck {
  const presence = ObjectPresence.open(objectsOf(repository), 'sha1');
  return new StoredCheck(presence, new StoredObjects(presence));
}

async function answers(repository: string, oid: string): Promise<unknown[]> {
  const check = checkOf(repository);
  return [check.isThere(oid), check.stateOf(oid), await check.isLargeStored(oid)];
}

describe('objects that only cruft packs hold', () => {
  it('are read as any other', async () => {
    const repository = makeRepository();
    const [small = '', large = ''] = cruftBlobs(repository, ['small', LARGE]);
    const store = openStore(repository);
    expect(store.has(small)).to.equal(true);
    expect((await store.read(small)).data.toString()).to.equal('small');
    expect(await buffer((await store.readStream(large)).stream)).to.deep.equal(LARGE);
    expect(store.storedSize(small)).to.be.above(0);
    store.close();
  });

  it('count as absent, and their pack stays as old as it is', async () => {
    const repository = makeRepository();
    const ids = cruftBlobs(repository, ['small', LARGE]);
    const packs = filesBelow(packFolderOf(repository));
    for (const path of packs) utimesSync(path, 5, 5);
    for (const oid of ids) {
      expect(await answers(repository, oid)).to.deep.equal([false, 'absent', false]);
    }
    expect(packs.map((path) => lstatSync(path).mtimeMs)).to.deep.equal(packs.map(() => 5_000));
  });

  it('are not told to other threads, which then compress them', () => {
    const repository = makeRepository();
    const [oid = ''] = cruftBlobs(repository, ['small']);
    const presence = ObjectPresence.open(objectsOf(repository), 'sha1');
    expect(presence.has(oid)).to.equal(true);
    expect(ObjectPresence.fromShared(presence.share()).has(oid)).to.equal(false);
  });

  it('count as absent when an alternate has them', async () => {
    const repository = makeRepository();
    const [oid = ''] = cruftBlobs(repository, ['small']);
    const clone = join(tempDirectory(), 'clone');
    git('/', 'clone', '-q', '--shared', repository, clone);
    expect(await answers(clone, oid)).to.deep.equal([false, 'absent', false]);
  });

  it('count as stored when they are elsewhere too', async () => {
    const repository = makeRepository();
    const [inPack = '', loose = ''] = cruftBlobs(repository, ['in a pack', 'loose']);
    gitBlob(repository, 'loose');
    git(repository, 'tag', 'keeps', inPack);
    git(repository, 'pack-objects', '-q', '--all', join(packFolderOf(repository), 'pack'));
    for (const oid of [inPack, loose]) {
      expect(await answers(repository, oid)).to.deep.equal([true, 'stored', true]);
    }
  });

  it('do not stand in for a loose copy that is damaged', async () => {
    const repository = makeRepository();
    const [oid = ''] = cruftBlobs(repository, [LARGE]);
    gitBlob(repository, LARGE);
    overwrite(loosePath(objectsOf(repository), oid), (bytes) => Buffer.alloc(bytes.length));
    const check = checkOf(repository);
    expect([check.stateOf(oid), await check.isLargeStored(oid)]).to.deep.equal(['damaged', false]);
  });

  for (const looseLimit of [100, 0]) {
    it(`are stored by a batch, which no gc then takes (${looseLimit} loose)`, async () => {
      const repository = makeRepository();
      const ids = cruftBlobs(repository, ['small', 'other', LARGE]);
      const store = openStore(repository, { looseLimit });
      const batch = store.beginBatch();
      expect(ids.map((oid) => batch.has(oid))).to.deep.equal([false, false, false]);
      batch.add('blob', Buffer.from('small'));
      batch.add('blob', Buffer.from('other'));
      await batch.addStream(LARGE.length, Readable.from([LARGE]));
      expect((await batch.publish()).objects).to.equal(3);
      dropOldObjects(repository);
      expect(gitObjectIds(repository)).to.have.members(ids);
      expect(gitContents(repository, ids[0] ?? '').toString()).to.equal('small');
      store.close();
    });
  }

  it('are taken by gc when no batch stored them', () => {
    const repository = makeRepository();
    cruftBlobs(repository, ['small', LARGE]);
    expect(gitObjectIds(repository)).to.have.length(2);
    dropOldObjects(repository);
    expect(gitObjectIds(repository)).to.deep.equal([]);
  });
});
