import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { expect } from 'chai';
import type { ObjectId } from '../../../src/core/types.js';
import type { RepositoryObjects } from '../../../src/store/objects/object-database.js';
import { loosePath } from '../../../src/store/objects/presence.js';
import { rejectionOf } from '../../disk/thrown.js';
import { git, makeRepository } from '../../helpers/git.js';
import {
  gitBlob,
  gitObjectIds,
  makeHistory,
  objectsOf,
  openStore,
  overwrite,
  packPath,
} from './samples.js';

/** Not to be compressed, so that it is as large in the pack. */
const LARGE = randomBytes(1_500_000);
const HEADER_BYTES = 12;
const CHECKSUM_BYTES = 20;

async function wholeOnes(store: RepositoryObjects, ids: readonly ObjectId[]): Promise<boolean[]> {
  const found: boolean[] = [];
  for (const oid of ids) found.push(await store.isWhole(oid));
  return found;
}

async function packOf(repository: string, contents: readonly Buffer[]): Promise<ObjectId[]> {
  const batch = openStore(repository, { looseLimit: 0 }).beginBatch();
  const ids = contents.map((data) => batch.add('blob', data));
  await batch.publish();
  return ids;
}

async function readableOnes(
  store: RepositoryObjects,
  ids: readonly ObjectId[],
): Promise<boolean[]> {
  const isRead = (oid: ObjectId): Promise<boolean> =>
    store.read(oid).then(
      () => true,
      () => false,
    );
  return Promise.all(ids.map(isRead));
}

/** What a new look finds when one byte of a file is another. */
async function withFlipped(
  repository: string,
  path: string,
  at: number,
  ids: readonly ObjectId[],
): Promise<{ whole: boolean[]; readable: boolean[] }> {
  const bytes = readFileSync(path);
  const flipped = Buffer.from(bytes);
  flipped.writeUInt8((flipped.readUInt8(at) ^ 0x40) & 0xff, at);
  overwrite(path, () => flipped);
  const store = openStore(repository);
  const found = { whole: await wholeOnes(store, ids), readable: await readableOnes(store, ids) };
  store.close();
  overwrite(path, () => bytes);
  return found;
}

describe('whole objects', function () {
  this.timeout(60_000);

  it('are told from a pack in which any byte is another', async () => {
    const repository = makeRepository();
    const ids = await packOf(
      repository,
      ['a', 'bb', 'ccc'].map((text) => Buffer.from(text)),
    );
    const path = packPath(repository, 'pack');
    expect(await wholeOnes(openStore(repository), ids)).to.deep.equal([true, true, true]);
    const end = readFileSync(path).length - CHECKSUM_BYTES;
    let damaged = 0;
    for (let at = HEADER_BYTES; at < end; at++) {
      const { whole, readable } = await withFlipped(repository, path, at, ids);
      expect(whole, `byte ${at}`).to.deep.equal(readable);
      if (whole.includes(false)) damaged++;
    }
    // Some bits at the end of compressed contents mean nothing.
    expect(damaged).to.be.greaterThan((end - HEADER_BYTES) * 0.8);
  });

  it('may be larger than what is read at a time', async () => {
    const repository = makeRepository();
    const ids = await packOf(repository, [LARGE, Buffer.from('small')]);
    expect(await wholeOnes(openStore(repository), ids)).to.deep.equal([true, true]);
    const path = packPath(repository, 'pack');
    const { whole } = await withFlipped(repository, path, 1_200_000, ids);
    expect(whole).to.deep.equal([false, true]);
  });

  for (const version of [1, 2]) {
    it(`are read where checksums do not tell: deltas, index version ${version}`, async () => {
      const repository = makeRepository();
      makeHistory(repository, 3);
      git(repository, '-c', `pack.indexVersion=${version}`, 'repack', '-adfq');
      const ids = gitObjectIds(repository);
      const store = openStore(repository);
      expect(await wholeOnes(store, ids)).to.not.include(false);
      store.close();
      const path = packPath(repository, 'pack');
      const middle = Math.floor(readFileSync(path).length / 2);
      const { whole, readable } = await withFlipped(repository, path, middle, ids);
      expect(whole).to.include(false).and.to.deep.equal(readable);
    });
  }

  it('are read when they are loose, also in pieces', async () => {
    const repository = makeRepository();
    const ids = [gitBlob(repository, 'small'), gitBlob(repository, LARGE)];
    expect(await wholeOnes(openStore(repository), ids)).to.deep.equal([true, true]);
    for (const oid of ids) {
      const path = loosePath(objectsOf(repository), oid);
      overwrite(path, (bytes) => bytes.subarray(0, -8));
    }
    expect(await wholeOnes(openStore(repository), ids)).to.deep.equal([false, false]);
  });

  it('are none when they are nowhere, or their pack has gone', async () => {
    const repository = makeRepository();
    const ids = await packOf(repository, [Buffer.from('a')]);
    const store = openStore(repository);
    expect(store.has(ids[0] as ObjectId)).to.equal(true);
    rmSync(packPath(repository, 'pack'));
    expect(await wholeOnes(store, [...ids, 'a'.repeat(40)])).to.deep.equal([false, false]);
  });

  it('are not told of when it cannot be known', async () => {
    const failure = new Error('the disk is on fire');
    const store = openStore(makeRepository(), { fallback: () => Promise.reject(failure) });
    expect(await rejectionOf(store.isWhole('a'.repeat(40)))).to.equal(failure);
  });
});
