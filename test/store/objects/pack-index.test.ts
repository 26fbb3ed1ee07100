import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { LIMITS } from '../../../src/core/limits.js';
import type { HashAlgorithm } from '../../../src/core/types.js';
import { isDamage } from '../../../src/store/objects/damage.js';
import { PackIndex, readPackIndex } from '../../../src/store/objects/pack-index.js';
import { pitonError, thrownBy } from '../../disk/thrown.js';
import { git, tryGit } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';
import { ALGORITHMS, gitObjectIds, makeHistory, packPath, repositoryOf } from './samples.js';

function shared(bytes: Uint8Array): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(bytes.length);
  new Uint8Array(buffer).set(bytes);
  return buffer;
}

function packed(
  algorithm: HashAlgorithm,
  ...config: string[]
): { repository: string; idx: string } {
  const repository = repositoryOf(algorithm);
  makeHistory(repository, 3);
  git(repository, ...config, 'repack', '-adq');
  return { repository, idx: packPath(repository, 'idx') };
}

/** Offset by id, as git reads the index. */
function gitIndex(idx: string, algorithm: HashAlgorithm): [string, number][] {
  const args = ['show-index', `--object-format=${algorithm}`];
  const lines = tryGit(tempDirectory(), args, readFileSync(idx))
    .stdout.toString()
    .trim()
    .split('\n');
  return lines.map((line) => line.split(' ')).map(([offset, oid]) => [oid ?? '', Number(offset)]);
}

describe('pack indexes', () => {
  for (const algorithm of ALGORITHMS) {
    for (const version of algorithm === 'sha1' ? [1, 2] : [2]) {
      it(`of git are read (${algorithm}, version ${version})`, () => {
        const { repository, idx } = packed(algorithm, '-c', `pack.indexVersion=${version}`);
        const index = readPackIndex(idx, algorithm);
        const listed = gitIndex(idx, algorithm);
        expect(listed.map(([oid]) => oid).sort()).to.deep.equal(gitObjectIds(repository).sort());
        for (const [oid, offset] of listed) {
          const position = index?.find(Buffer.from(oid, 'hex')) ?? -1;
          expect(index?.offsetAt(position)).to.equal(offset);
          const other = Buffer.from(oid, 'hex');
          other.writeUInt8(other.readUInt8(other.length - 1) ^ 1, other.length - 1);
          expect(index?.find(other)).to.equal(-1);
        }
        expect(index?.count).to.equal(listed.length);
        const name = index?.packChecksum.toString('hex') ?? '';
        expect(readFileSync(idx.replace(/idx$/, 'pack')).toString('hex').endsWith(name)).to.equal(
          true,
        );
      });
    }
  }

  it('that are not there are null', () => {
    expect(readPackIndex(join(tempDirectory(), 'none.idx'), 'sha1')).to.equal(null);
  });

  it('are damaged when cut short or too long, and the error names the file', () => {
    for (const version of [1, 2]) {
      const { idx } = packed('sha1', '-c', `pack.indexVersion=${version}`);
      const whole = readFileSync(idx);
      const path = join(tempDirectory(), 'x.idx');
      for (const length of [0, 4, 8, 500, 1031, 1032, 1200, whole.length - 8, whole.length - 1]) {
        writeFileSync(path, whole.subarray(0, length));
        const error = pitonError(thrownBy(() => readPackIndex(path, 'sha1')));
        expect(error.code).to.equal('OBJECT_DAMAGED');
        expect(error.details['file']).to.equal(path);
      }
      writeFileSync(path, Buffer.concat([whole, Buffer.alloc(1)]));
      expect(isDamage(thrownBy(() => readPackIndex(path, 'sha1')))).to.equal(true);
      writeFileSync(path, Buffer.concat([whole, Buffer.alloc(8 * 1000)]));
      expect(isDamage(thrownBy(() => readPackIndex(path, 'sha1')))).to.equal(true);
    }
  });

  it('are damaged when the counts go down', () => {
    const { idx } = packed('sha1');
    const bytes = readFileSync(idx);
    bytes.writeUInt32BE(0xffff, 8 + 4 * 3);
    expect(isDamage(thrownBy(() => new PackIndex(shared(bytes), 'sha1', 'x')))).to.equal(true);
  });

  it('of an unknown version are refused', () => {
    const { idx } = packed('sha1');
    const bytes = readFileSync(idx);
    bytes.writeUInt32BE(3, 4);
    const error = pitonError(thrownBy(() => new PackIndex(shared(bytes), 'sha1', 'the index')));
    expect(error.message).to.contain('unknown version 3');
  });

  it('are damaged when an offset points outside of the table of large ones', () => {
    const { idx } = packed('sha1');
    const bytes = readFileSync(idx);
    const count = bytes.readUInt32BE(8 + 255 * 4);
    bytes.writeUInt32BE(0x80000000, 8 + 1024 + count * 24);
    const index = new PackIndex(shared(bytes), 'sha1', 'x');
    expect(isDamage(thrownBy(() => index.offsetAt(0)))).to.equal(true);
    expect(index.offsetAt(1)).to.be.greaterThan(0);
  });

  it('too large for memory are refused before they are read', () => {
    const path = join(tempDirectory(), 'x.idx');
    writeFileSync(path, '');
    truncateSync(path, LIMITS.packIndexBytes + 1);
    expect(pitonError(thrownBy(() => readPackIndex(path, 'sha1'))).message).to.contain('too large');
  });
});
