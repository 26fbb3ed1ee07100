import { expect } from 'chai';
import fc from 'fast-check';
import { crc32 } from 'node:zlib';
import { compareBytes } from '../../src/core/byte-path.js';
import type { HashAlgorithm } from '../../src/core/types.js';
import {
  formatStatCache,
  StatCache,
  treeEntry,
  type StatCacheEntry,
} from '../../src/worktree/stat-cache.js';
import { STAT_RECORD_BYTES } from '../../src/worktree/stat-record.js';
import { bytePath } from './scanning.js';

const ANCHOR = 'refs/piton/checkpoint/a/b 0123';
const STAMP = 1_000n;

function record(byte: number, mtime = 1n, ctime = 1n): Buffer {
  const made = Buffer.alloc(STAT_RECORD_BYTES, byte);
  made.writeBigInt64LE(mtime, 8);
  made.writeBigInt64LE(ctime, 16);
  return made;
}

function entry(path: string, byte = 1, algorithm: HashAlgorithm = 'sha1'): StatCacheEntry {
  const oid = byte
    .toString(16)
    .padStart(2, '0')
    .repeat(algorithm === 'sha1' ? 20 : 32);
  return { path: bytePath(path), record: record(byte), oid };
}

function format(entries: StatCacheEntry[], algorithm: HashAlgorithm = 'sha1'): Buffer {
  return formatStatCache(entries, { algorithm, stamp: STAMP, anchor: ANCHOR });
}

function parsed(data: Buffer, algorithm: HashAlgorithm = 'sha1'): StatCache {
  const cache = StatCache.parse(data, algorithm);
  if (cache === null) throw new Error('the cache is not whole');
  return cache;
}

/** A file with whatever body, its checksum right. */
function sealed(body: Buffer): Buffer {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(crc32(body));
  return Buffer.concat([body, checksum]);
}

describe('worktree: stat cache', () => {
  it('finds what was put in, for the same record only', () => {
    for (const algorithm of ['sha1', 'sha256'] as const) {
      const entries = ['a', 'a/b', 'b\xff', 'c'].map((path, at) => entry(path, at + 1, algorithm));
      const data = format(entries, algorithm);
      const cache = parsed(data, algorithm);
      expect(cache.anchor).to.equal(ANCHOR);
      expect(cache.find(bytePath('a'), record(1))).to.equal(entries[0]?.oid);
      expect(cache.find(bytePath('a/b'), record(9))).to.equal(null);
      expect(cache.find(bytePath('a/c'), record(2))).to.equal(null);
      expect(cache.find(bytePath('b\xff'), record(3))).to.equal(entries[2]?.oid);
      expect(cache.find(bytePath('c'), record(4))).to.equal(entries[3]?.oid);
      expect(cache.find(bytePath('d'), record(4))).to.equal(null);
    }
  });

  it('finds trees among the files, and tells both apart', () => {
    for (const algorithm of ['sha1', 'sha256'] as const) {
      const oids = [1, 2, 3].map((byte) => entry('x', byte, algorithm).oid) as [
        string,
        ...string[],
      ];
      const trees = ['', 'a', 'a/b'].map((path, at) => {
        return { path: bytePath(path), oid: oids[at] ?? '', files: at, folders: 300 * at };
      });
      const files = ['!', 'a.c', 'a/b/c'].map((path) => entry(path, 9, algorithm));
      const [root, a, b] = trees.map(({ path, ...tree }) => treeEntry(path, tree));
      const [first, second, third] = files;
      const entries = [root, first, second, a, b, third] as StatCacheEntry[];
      const data = format(entries, algorithm);
      const cache = parsed(data, algorithm);
      const found = [cache.findTree(bytePath('')), cache.find(bytePath('a.c'), record(9))];
      found.push(cache.findTree(bytePath('a')), cache.findTree(bytePath('a/a')));
      found.push(cache.findTree(bytePath('a/b')), cache.find(bytePath('a/b/c'), record(9)));
      const [rootTree, aTree, bTree] = trees.map(({ path: _, ...tree }) => tree);
      expect(found).to.deep.equal([rootTree, second?.oid, aTree, null, bTree, third?.oid]);
      expect([...parsed(data, algorithm).entries()]).to.deep.equal(files);
      expect([...parsed(data, algorithm).trees()]).to.deep.equal(trees);
    }
  });

  it('compares every byte of the record', () => {
    for (let at = 0; at < STAT_RECORD_BYTES; at++) {
      const other = record(1);
      other[at] = (other[at] ?? 0) ^ 0x10;
      expect(parsed(format([entry('a')])).find(bytePath('a'), other), `${at}`).to.equal(null);
    }
  });

  it('leaves out what is not older than the stamp', () => {
    const times: [bigint, bigint][] = [
      [999n, 999n],
      [1_000n, 999n],
      [999n, 1_000n],
      [2_000n, 1n],
    ];
    const entries = times.map(([mtime, ctime], at) => {
      return { ...entry(`${at}`), record: record(1, mtime, ctime) };
    });
    const cache = parsed(format(entries));
    const found = entries.map(({ path, record: seen }) => cache.find(path, seen) !== null);
    expect(found).to.deep.equal([true, false, false, false]);
  });

  it('behaves as a map that is asked in ascending order', () => {
    const path = fc.uint8Array({ minLength: 1, maxLength: 6 }).map((bytes) => {
      return bytePath(Buffer.from(bytes).toString('latin1'));
    });
    const some = fc.uniqueArray(path, { maxLength: 30 });
    fc.assert(
      fc.property(some, some, (stored, asked) => {
        const sorted = stored.toSorted(compareBytes);
        const cache = parsed(format(sorted.map((one, at) => entry(one, at % 250))));
        for (const one of asked.toSorted(compareBytes)) {
          const at = sorted.indexOf(one);
          const expected = at === -1 ? null : entry(one, at % 250).oid;
          expect(cache.find(one, record(Math.max(0, at) % 250))).to.equal(expected);
        }
      }),
    );
  });

  it('holds more than fits into its first buffer', () => {
    const paths = Array.from({ length: 6_000 }, (_, at) => `folder/${String(at).padStart(5, '0')}`);
    const cache = parsed(format(paths.map((path, at) => entry(path, at % 250))));
    for (const [at, path] of paths.entries()) {
      expect(cache.find(bytePath(path), record(at % 250))).to.equal(entry(path, at % 250).oid);
    }
  });

  it('is nothing when it is empty', () => {
    expect(parsed(format([])).find(bytePath('a'), record(1))).to.equal(null);
    expect(StatCache.empty().find(bytePath('a'), record(1))).to.equal(null);
    expect(StatCache.empty().findTree(bytePath(''))).to.equal(null);
  });

  it('is not used when a bit of it is wrong', () => {
    const data = format([entry('a'), entry('b', 2)]);
    for (let at = 0; at < data.length; at++) {
      const damaged = Buffer.from(data);
      damaged[at] = (damaged[at] ?? 0) ^ 0x01;
      expect(StatCache.parse(damaged, 'sha1'), `byte ${at}`).to.equal(null);
    }
    for (let length = 0; length < data.length; length++) {
      expect(StatCache.parse(data.subarray(0, length), 'sha1'), `${length}`).to.equal(null);
    }
    expect(StatCache.parse(Buffer.concat([data, Buffer.alloc(1)]), 'sha1')).to.equal(null);
  });

  it('is not used for a repository of another hash', () => {
    expect(StatCache.parse(format([entry('a')]), 'sha256')).to.equal(null);
    expect(StatCache.parse(format([entry('a', 1, 'sha256')], 'sha256'), 'sha1')).to.equal(null);
  });

  it('survives lengths that lie, with a checksum that is right', () => {
    const body = format([entry('a'), entry('b', 2)]).subarray(0, -4);
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.nat(255), fc.nat(body.length), (at, byte, end) => {
        const changed = Buffer.from(body);
        changed[at] = byte;
        const cache = StatCache.parse(sealed(changed.subarray(0, end)), 'sha1');
        for (const path of ['\0', 'a', 'b', 'c']) cache?.find(bytePath(path), record(1));
        StatCache.parse(sealed(changed.subarray(0, end)), 'sha1')?.findTree(bytePath(''));
      }),
      { numRuns: 2_000 },
    );
    const anchorLength = Buffer.from(body);
    anchorLength.writeUInt16LE(0xffff, 9);
    expect(StatCache.parse(sealed(anchorLength), 'sha1')).to.equal(null);
  });

  it('does not find what is cut off', () => {
    const body = format([entry('a'), entry('b', 2)]).subarray(0, -4);
    const one = 2 + 1 + STAT_RECORD_BYTES + 20;
    for (let cut = 1; cut < one; cut++) {
      const cache = parsed(sealed(body.subarray(0, -cut)));
      expect(cache.find(bytePath('a'), record(1)), `${cut}`).to.equal(entry('a').oid);
      expect(cache.find(bytePath('b'), record(2)), `${cut}`).to.equal(null);
    }
  });
});
