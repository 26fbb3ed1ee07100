import { chmodSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { LIMITS } from '../../../src/core/limits.js';
import type { ObjectStream } from '../../../src/store/object-store.js';
import { isDamage } from '../../../src/store/objects/damage.js';
import { hashObject } from '../../../src/store/objects/object-format.js';
import { deflate } from '../../../src/store/objects/compression.js';
import { encodeEntryHeader } from '../../../src/store/objects/pack-entry.js';
import { loosePath, ObjectPresence } from '../../../src/store/objects/presence.js';
import { StoredObjects } from '../../../src/store/objects/stored-objects.js';
import { pitonError, rejectionOf, systemCode, thrownBy } from '../../disk/thrown.js';
import { unprivileged } from '../../disk/unprivileged.js';
import { git, makeRepository } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';
import { handMadePack } from './hand-made-pack.js';
import {
  gitBlob,
  gitObjectIds,
  makeHistory,
  objectsOf,
  overwrite,
  packFolderOf,
  packPath,
} from './samples.js';

const LARGE = Buffer.from(Array.from({ length: 1_500_000 }, (_, at) => (at * at * 13) % 241));

function open(repository: string): StoredObjects {
  return new StoredObjects(ObjectPresence.open(objectsOf(repository), 'sha1'));
}

function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}

async function contentsOf(stream: ObjectStream | null): Promise<Buffer> {
  if (stream === null) throw new Error('no stream');
  return buffer(stream.stream);
}

describe('stored objects', () => {
  it('are null when there are none', () => {
    const objects = open(makeRepository());
    expect(objects.read('a'.repeat(40))).to.equal(null);
    expect(objects.read('../../config')).to.equal(null);
    expect(objects.stream('a'.repeat(40))).to.equal(null);
  });

  it('are read from another place when one copy is damaged', () => {
    const repository = makeRepository();
    makeHistory(repository, 1);
    const ids = gitObjectIds(repository);
    git(repository, 'repack', '-q');
    for (const oid of ids) {
      overwrite(loosePath(objectsOf(repository), oid), (bytes) => bytes.subarray(0, 10));
    }
    const objects = open(repository);
    for (const oid of ids) expect(objects.read(oid)).not.to.equal(null);
    objects.close();
  });

  it('are damaged when no copy is whole', () => {
    const repository = makeRepository();
    const oid = gitBlob(repository, 'contents');
    const path = loosePath(objectsOf(repository), oid);
    overwrite(path, (bytes) => bytes.subarray(0, 10));
    const error = pitonError(thrownBy(() => open(repository).read(oid)));
    expect(error.details).to.include({ object: oid, problem: 'damaged' });
  });

  it('are damaged when a pack has other contents for the id, and the pack is named', () => {
    const repository = makeRepository();
    const data = Buffer.from('contents');
    const bytes = Buffer.concat([encodeEntryHeader('blob', data.length), deflate(data)]);
    const oid = 'c'.repeat(40);
    const { path } = handMadePack([{ bytes }], { oids: [oid], folder: packFolderOf(repository) });
    const objects = open(repository);
    expect(pitonError(thrownBy(() => objects.read(oid))).details).to.include({
      object: oid,
      file: path,
    });
    objects.close();
  });

  it('are streamed when large, from loose files and from packs', async () => {
    const repository = makeRepository();
    const oid = gitBlob(repository, LARGE);
    const small = gitBlob(repository, 'small');
    for (const where of ['loose', 'packed']) {
      if (where === 'packed') {
        git(repository, 'update-ref', 'refs/tags/large', oid);
        git(repository, 'repack', '-adq');
      }
      const objects = open(repository);
      const stream = objects.stream(oid);
      expect(stream).to.include({ type: 'blob', size: LARGE.length });
      objects.refresh();
      objects.close();
      expect((await contentsOf(stream)).equals(LARGE), where).to.equal(true);
      expect(objects.stream(small)).to.equal(null);
    }
  });

  it('are not streamed when they are deltas or small, and no file stays open', () => {
    const repository = makeRepository();
    makeHistory(repository, 4);
    git(repository, 'repack', '-adfq');
    gitBlob(repository, 'a small loose one');
    const objects = open(repository);
    const before = openFiles();
    for (const oid of gitObjectIds(repository)) expect(objects.stream(oid)).to.equal(null);
    expect(openFiles()).to.equal(before);
  });

  it('are at hand when small and in a pack that is open', () => {
    const repository = makeRepository();
    const [small, large] = [gitBlob(repository, 'small'), gitBlob(repository, LARGE)];
    for (const oid of [small, large]) git(repository, 'update-ref', `refs/tags/${oid}`, oid);
    const loose = gitBlob(repository, 'never packed');
    git(repository, 'repack', '-q');
    const objects = open(repository);
    expect(objects.readAtHand(small), 'no pack is open').to.equal(null);
    rmSync(loosePath(objectsOf(repository), small));
    objects.read(small);
    expect(objects.readAtHand(small)?.data.toString()).to.equal('small');
    for (const oid of [large, loose, '../../config']) {
      expect(objects.readAtHand(oid)).to.equal(null);
    }
  });

  it('at hand are verified, and read from another place when damaged', () => {
    const repository = makeRepository();
    const [first, second] = [gitBlob(repository, 'first'), gitBlob(repository, 'second')];
    const entries = ['first', 'forged'].map((text) => {
      const header = encodeEntryHeader('blob', text.length);
      return { bytes: Buffer.concat([header, deflate(Buffer.from(text))]) };
    });
    handMadePack(entries, { oids: [first, second], folder: packFolderOf(repository) });
    rmSync(loosePath(objectsOf(repository), first));
    const objects = open(repository);
    objects.read(first);
    expect(isDamage(thrownBy(() => objects.readAtHand(second)))).to.equal(true);
    expect(objects.read(second)?.data.toString()).to.equal('second');
  });

  it('fail as streams when damaged', async () => {
    const repository = makeRepository();
    const oid = gitBlob(repository, LARGE);
    const path = loosePath(objectsOf(repository), oid);
    overwrite(path, (bytes) => Buffer.concat([bytes.subarray(0, -100), Buffer.alloc(100)]));
    const stream = open(repository).stream(oid);
    expect(isDamage(await rejectionOf(contentsOf(stream)))).to.equal(true);
  });

  it('are null when their pack vanished, until the folders are looked at again', () => {
    const repository = makeRepository();
    makeHistory(repository, 2);
    git(repository, 'repack', '-adq');
    const objects = open(repository);
    const large = open(repository);
    const oid = git(repository, 'rev-parse', 'HEAD');
    const [pack, idx] = [packPath(repository, 'pack'), packPath(repository, 'idx')];
    objects.read(oid);
    large.stream(oid);
    const moved = tempDirectory();
    renameSync(pack, join(moved, 'x.pack'));
    renameSync(idx, join(moved, 'x.idx'));
    expect(large.read(oid)).to.equal(null);
    expect(large.stream(oid)).to.equal(null);
    renameSync(join(moved, 'x.pack'), join(packFolderOf(repository), 'x.pack'));
    renameSync(join(moved, 'x.idx'), join(packFolderOf(repository), 'x.idx'));
    large.refresh();
    expect(large.read(oid)?.type).to.equal('commit');
    expect(objects.read(oid)?.type, 'from the open file').to.equal('commit');
    objects.close();
    large.close();
  });

  it('close the packs that are gone, and keep the others open', () => {
    const repository = makeRepository();
    makeHistory(repository, 2);
    git(repository, 'repack', '-adq');
    const objects = open(repository);
    const before = openFiles();
    const oid = git(repository, 'rev-parse', 'HEAD');
    objects.read(oid);
    objects.refresh();
    expect(openFiles()).to.equal(before + 1);
    rmSync(packPath(repository, 'idx'));
    objects.refresh();
    expect(openFiles()).to.equal(before);
    expect(objects.read(oid)).to.equal(null);
  });

  it('keep a bounded number of packs open', () => {
    const repository = makeRepository();
    const ids = Array.from({ length: LIMITS.openPacks + 5 }, (_, place) => {
      const data = Buffer.from(`contents ${place}`);
      const bytes = Buffer.concat([encodeEntryHeader('blob', data.length), deflate(data)]);
      handMadePack([{ bytes }], { folder: packFolderOf(repository) });
      return hashObject('sha1', 'blob', data);
    });
    const objects = open(repository);
    const before = openFiles();
    for (const oid of [...ids, ...ids]) expect(objects.read(oid)).not.to.equal(null);
    expect(openFiles() - before).to.equal(LIMITS.openPacks);
    objects.close();
    expect(openFiles()).to.equal(before);
  });

  it('are not damaged by an error of the system', () => {
    const repository = makeRepository();
    const oid = gitBlob(repository, 'x');
    const objects = open(repository);
    chmodSync(repository, 0o755);
    chmodSync(loosePath(objectsOf(repository), oid), 0o000);
    unprivileged(() => {
      expect(systemCode(() => objects.read(oid))).to.equal('EACCES');
    });
  });
});
