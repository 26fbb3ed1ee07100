import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { encodePackIndex, type PackEntry } from '../../../src/store/objects/pack-index-encode.js';
import { PackIndex, readPackIndex } from '../../../src/store/objects/pack-index.js';
import { git, tryGit } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';
import { ALGORITHMS, makeHistory, packPath, repositoryOf } from './samples.js';

describe('writing pack indexes', () => {
  for (const algorithm of ALGORITHMS) {
    it(`gives the very bytes of git (${algorithm})`, () => {
      const repository = repositoryOf(algorithm);
      makeHistory(repository, 3);
      git(repository, 'repack', '-adq');
      const idx = packPath(repository, 'idx');
      const expected = readFileSync(idx);
      const args = ['show-index', `--object-format=${algorithm}`];
      const lines = tryGit(repository, args, expected).stdout.toString().trim().split('\n');
      const entries = lines.reverse().map((line): PackEntry => {
        const [offset, oid = '', crc = ''] = line.split(' ');
        return { oid, offset: Number(offset), crc: Number.parseInt(crc.slice(1), 16) };
      });
      const checksum = readPackIndex(idx, algorithm)?.packChecksum ?? Buffer.alloc(0);
      const written = Buffer.from(encodePackIndex(algorithm, entries, checksum));
      expect(written.equals(expected)).to.equal(true);
    });
  }

  it('places objects beyond two and four gigabytes', () => {
    const offsets = [12, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x1234567890];
    const entries = offsets.map((offset, place): PackEntry => {
      return { oid: createHash('sha1').update(String(place)).digest('hex'), offset, crc: place };
    });
    const offsetById = new Map(entries.map(({ oid, offset }) => [oid, offset]));
    const written = encodePackIndex('sha1', entries, Buffer.alloc(20, 9));
    const index = new PackIndex(written, 'sha1', 'x');
    for (const [oid, offset] of offsetById) {
      expect(index.offsetAt(index.find(Buffer.from(oid, 'hex')))).to.equal(offset);
    }
    const run = tryGit(tempDirectory(), ['show-index'], Buffer.from(written));
    const listed = run.stdout.toString().trim().split('\n');
    expect(listed.map((line) => Number(line.split(' ')[0]))).to.have.members(offsets);
    expect(index.packChecksum.equals(Buffer.alloc(20, 9))).to.equal(true);
  });
});
