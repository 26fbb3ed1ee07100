import { deflateSync, inflateSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { encodeLoose } from '../../../src/store/objects/loose-encode.js';
import { hashObject } from '../../../src/store/objects/object-format.js';
import { assertFsckClean } from '../../helpers/git.js';
import { gitContents, repositoryOf, writeLoose } from './samples.js';

function looseFile(data: Uint8Array, level: number): Buffer {
  const oid = hashObject('sha1', 'blob', data);
  const deflated = deflateSync(data, { level });
  return encodeLoose({ oid, type: 'blob', size: data.length, deflated });
}

describe('the file of a loose object', () => {
  it('is a whole zlib stream of header and contents', () => {
    const data = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 60_000, max: 200_000 }).map((size) => Buffer.alloc(size, 'xyz\xff\xff')),
    );
    const check = fc.property(data, fc.integer({ min: 0, max: 9 }), (contents, level) => {
      // zlib compares the checksum at the end, which is a combined one here.
      const stored = inflateSync(looseFile(contents, level));
      const expected = Buffer.concat([Buffer.from(`blob ${contents.length}\0`), contents]);
      expect(stored.equals(expected)).to.equal(true);
    });
    fc.assert(check);
  });

  it('is read by git', () => {
    const repository = repositoryOf('sha1');
    const contents = ['', 'a', 'text\n'.repeat(10_000), Buffer.alloc(70_000, 255)];
    for (const data of contents.map((content) => Buffer.from(content))) {
      const oid = hashObject('sha1', 'blob', data);
      writeLoose(repository, oid, looseFile(data, 1));
      expect(gitContents(repository, oid).equals(data)).to.equal(true);
    }
    assertFsckClean(repository);
  });

  it('is made from a view into a larger buffer', () => {
    const data = Buffer.from('contents');
    const deflated = deflateSync(data);
    const larger = Buffer.concat([Buffer.alloc(5), deflated, Buffer.alloc(5)]);
    const view = new Uint8Array(larger.buffer, larger.byteOffset + 5, deflated.length);
    const file = encodeLoose({ oid: '', type: 'tag', size: data.length, deflated: view });
    expect(inflateSync(file).toString()).to.equal('tag 8\0contents');
  });
});
