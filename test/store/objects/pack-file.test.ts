import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { expect } from 'chai';
import { LIMITS } from '../../../src/core/limits.js';
import type { HashAlgorithm, ObjectType } from '../../../src/core/types.js';
import { BaseCache } from '../../../src/store/objects/base-cache.js';
import { deflate } from '../../../src/store/objects/compression.js';
import { isDamage } from '../../../src/store/objects/damage.js';
import { hashObject } from '../../../src/store/objects/object-format.js';
import { encodeEntryHeader } from '../../../src/store/objects/pack-entry.js';
import { PackFile } from '../../../src/store/objects/pack-file.js';
import { type PackIndex, readPackIndex } from '../../../src/store/objects/pack-index.js';
import { pitonError, thrownBy } from '../../disk/thrown.js';
import { git, tryGit } from '../../helpers/git.js';
import { handMadePack, type HandMadeEntry } from './hand-made-pack.js';
import {
  ALGORITHMS,
  gitObjects,
  makeHistory,
  overwrite,
  packPath,
  repositoryOf,
} from './samples.js';

function openPack(path: string, algorithm: HashAlgorithm): { pack: PackFile; index: PackIndex } {
  const index = readPackIndex(path.replace(/pack$/, 'idx'), algorithm);
  const pack = index && PackFile.open(path, index, new BaseCache());
  if (pack === null) throw new Error(`no pack ${path}`);
  return { pack, index: index as PackIndex };
}

/** Deltas in a pack, by the kind of their base. */
function countDeltas(pack: PackFile, index: PackIndex): { byOffset: number; byId: number } {
  const bases = Array.from({ length: index.count }, (_, place) => {
    return pack.entryAt(index.offsetAt(place)).base;
  });
  const byOffset = bases.filter((base) => typeof base === 'number').length;
  return { byOffset, byId: bases.filter((base) => base !== null).length - byOffset };
}

function expectAllAsGit(path: string, algorithm: HashAlgorithm, repository: string): void {
  const { pack, index } = openPack(path, algorithm);
  const objects = gitObjects(repository);
  expect(index.count).to.equal(objects.size);
  for (const [oid, expected] of objects) {
    const { type, data } = pack.read(index.offsetAt(index.find(Buffer.from(oid, 'hex'))));
    expect(`${hashObject(algorithm, type, data)} ${type} ${data.length}`).to.equal(expected);
  }
  pack.close();
}

/** Reads the object of a pack made by hand that begins at a place among its entries. */
function readHandMade(entries: HandMadeEntry[], place: number, config = {}): unknown {
  const { path, index, offsets } = handMadePack(entries, config);
  const pack = PackFile.open(path, index, new BaseCache());
  try {
    return pack?.read(offsets[place] as number).data.toString();
  } finally {
    pack?.close();
  }
}

function plain(type: ObjectType, data: Buffer, deflated = deflate(data)): HandMadeEntry {
  return { bytes: Buffer.concat([encodeEntryHeader(type, data.length), deflated]) };
}

describe('packs', () => {
  for (const algorithm of ALGORITHMS) {
    it(`of git with deep chains of deltas are read (${algorithm})`, () => {
      const repository = repositoryOf(algorithm);
      makeHistory(repository, 12);
      git(repository, 'repack', '-adfq', '--depth=50', '--window=50');
      const path = packPath(repository, 'pack');
      const { pack, index } = openPack(path, algorithm);
      expect(countDeltas(pack, index).byOffset).to.be.greaterThan(15);
      pack.close();
      expectAllAsGit(path, algorithm, repository);
    });

    it(`of git with deltas that name their base are read (${algorithm})`, () => {
      const repository = repositoryOf(algorithm);
      makeHistory(repository, 6);
      git(repository, '-c', 'repack.useDeltaBaseOffset=false', 'repack', '-adfq');
      const path = packPath(repository, 'pack');
      const { pack, index } = openPack(path, algorithm);
      expect(countDeltas(pack, index).byId).to.be.greaterThan(5);
      pack.close();
      expectAllAsGit(path, algorithm, repository);
    });
  }

  it('that are gone are null', () => {
    const { path, index } = handMadePack([plain('blob', Buffer.from('x'))]);
    expect(PackFile.open(`${path}.gone`, index, new BaseCache())).to.equal(null);
  });

  const wrong: Record<string, (bytes: Buffer) => Buffer> = {
    'cut short': (bytes) => bytes.subarray(0, -1),
    'cut to nothing': () => Buffer.alloc(0),
    'cut to its header': (bytes) => bytes.subarray(0, 12),
    'no pack': (bytes) => Buffer.concat([Buffer.from('PACX'), bytes.subarray(4)]),
    'of an unknown version': (bytes) => Buffer.concat([bytes.subarray(0, 7), bytes.subarray(6)]),
    'of another count': (bytes) => {
      bytes.writeUInt32BE(7, 8);
      return bytes;
    },
  };
  for (const [name, change] of Object.entries(wrong)) {
    it(`are damaged when ${name}`, () => {
      const { path, index } = handMadePack([plain('blob', Buffer.from('x'))]);
      overwrite(path, change);
      const error = pitonError(thrownBy(() => PackFile.open(path, index, new BaseCache())));
      expect(error.code).to.equal('OBJECT_DAMAGED');
      expect(error.details['file']).to.equal(path);
    });
  }

  it('do not hold descriptors of what was refused', () => {
    const { path, index } = handMadePack([plain('blob', Buffer.from('x'))]);
    const first = PackFile.open(path, index, new BaseCache());
    first?.close();
    overwrite(path, (bytes) => bytes.subarray(0, -1));
    for (let count = 0; count < 5; count++) {
      thrownBy(() => PackFile.open(path, index, new BaseCache()));
    }
    overwrite(path, (bytes) => Buffer.concat([bytes, index.packChecksum.subarray(-1)]));
    const again = PackFile.open(path, index, new BaseCache());
    again?.close();
    expect(again?.fd).to.equal(first?.fd);
  });

  it('are damaged where an index points outside of them', () => {
    const { path, index } = handMadePack([plain('blob', Buffer.from('x'))]);
    const pack = PackFile.open(path, index, new BaseCache()) as PackFile;
    for (const offset of [0, 11]) {
      const error = pitonError(thrownBy(() => pack.read(offset)));
      expect(error.message).to.contain('outside of its pack');
    }
    for (const offset of [pack.end, pack.end + 1, 2 ** 40]) {
      expect(isDamage(thrownBy(() => pack.read(offset)))).to.equal(true);
    }
    pack.close();
  });

  it('hold objects that were compressed by anything', () => {
    const data = Buffer.from(Array.from({ length: 30_000 }, (_, at) => (at * at * 7) % 249));
    for (const level of [0, 1, 9]) {
      const entry = plain('blob', data, deflateSync(data, { level }));
      expect(readHandMade([entry], 0)).to.equal(data.toString());
    }
  });

  it('hold objects that compressing has made much longer', () => {
    const flushes = Buffer.alloc(5 * 200, Buffer.from([0, 0, 0, 0xff, 0xff]));
    const stored = deflateSync(Buffer.from('abc'));
    const padded = Buffer.concat([stored.subarray(0, 2), flushes, stored.subarray(2)]);
    expect(readHandMade([plain('blob', Buffer.from('abc'), padded)], 0)).to.equal('abc');
  });

  it('are damaged when contents are of another length, or end with the pack', () => {
    const short = Buffer.concat([encodeEntryHeader('blob', 4), deflate(Buffer.from('abc'))]);
    const long = Buffer.concat([encodeEntryHeader('blob', 2), deflate(Buffer.from('abc'))]);
    const cut = plain('blob', Buffer.from('abc'), deflate(Buffer.from('abc')).subarray(0, -5));
    const absurd = Buffer.concat([encodeEntryHeader('blob', LIMITS.wholeObjectBytes + 1), short]);
    for (const bytes of [short, long, cut.bytes, absurd]) {
      expect(isDamage(thrownBy(() => readHandMade([{ bytes }], 0)))).to.equal(true);
    }
  });

  it('are damaged when deltas refer to each other in a circle, or to nothing', () => {
    const delta = deflate(Buffer.from([3, 3, 0x90, 3]));
    const named = (base: string): HandMadeEntry => ({
      bytes: Buffer.concat([Buffer.from([0x74]), Buffer.from(base, 'hex'), delta]),
    });
    const [first, second] = ['1'.repeat(40), '2'.repeat(40)];
    const circle = [named(second), named(first)];
    const error = thrownBy(() => readHandMade(circle, 0, { oids: [first, second] }));
    expect(pitonError(error).message).to.contain('too long');
    const nothing = thrownBy(() => readHandMade([named('3'.repeat(40))], 0));
    expect(pitonError(nothing).message).to.contain('does not hold');
  });

  it('keep bases in memory, and only bases', () => {
    const repository = repositoryOf('sha1');
    makeHistory(repository, 12);
    git(repository, 'repack', '-adfq', '--depth=50', '--window=50');
    const path = packPath(repository, 'pack');
    const index = readPackIndex(path.replace(/pack$/, 'idx'), 'sha1') as PackIndex;
    const kept: string[] = [];
    class Watched extends BaseCache {
      override set(...args: Parameters<BaseCache['set']>): void {
        kept.push(args[0]);
        super.set(...args);
      }
    }
    const pack = PackFile.open(path, index, new Watched()) as PackFile;
    for (let place = 0; place < index.count; place++) pack.read(index.offsetAt(place));
    const { byOffset } = countDeltas(pack, index);
    expect(new Set(kept).size).to.equal(kept.length);
    expect(kept.length).to.be.within(1, byOffset);
    pack.close();
  });

  it('are those of git verify-pack', () => {
    const data = Buffer.from('contents');
    const { path } = handMadePack([plain('blob', data)]);
    const run = tryGit('/', ['verify-pack', '-v', path]);
    expect(run.stderr + run.stdout.toString()).to.contain(hashObject('sha1', 'blob', data));
    expect(readFileSync(path).toString('latin1', 0, 4)).to.equal('PACK');
  });
});
