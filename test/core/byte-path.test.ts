import { expect } from 'chai';
import fc from 'fast-check';
import {
  asBytePath,
  bytePathFromBuffer,
  bytePathFromText,
  bytesOf,
  compareBytes,
  fsPath,
  isWithin,
  joinPath,
  nameOf,
  parentOf,
  pathFromJson,
  pathToJson,
  ROOT,
  textOf,
  type BytePath,
} from '../../src/core/byte-path.js';
import { thrownBy } from '../disk/thrown.js';

const ANY_BYTES = fc
  .uint8Array({ maxLength: 40 })
  .map((bytes) => Buffer.from(bytes).toString('latin1') as BytePath);

describe('core: byte paths', () => {
  it('holds one character a byte', () => {
    const path = bytePathFromText('dé/日本');
    expect(path).to.have.lengthOf(Buffer.byteLength('dé/日本'));
    expect(bytesOf(path).toString('utf8')).to.equal('dé/日本');
    expect(textOf(path)).to.equal('dé/日本');
    expect(bytePathFromBuffer(Buffer.from('dé/日本'))).to.equal(path);
    expect(bytePathFromText('plain')).to.equal('plain');
  });

  it('takes a part of a larger buffer for what it is', () => {
    expect(bytePathFromBuffer(Buffer.from('..name..').subarray(2, 6))).to.equal('name');
  });

  it('gives node a string only when that is exact', () => {
    expect(fsPath(asBytePath('a/b'))).to.equal('a/b');
    expect(fsPath(asBytePath('a\xff'))).to.deep.equal(Buffer.from([0x61, 0xff]));
    expect(fsPath(bytePathFromText('é'))).to.deep.equal(Buffer.from('é'));
  });

  it('comes back from JSON whatever its bytes are', () => {
    fc.assert(
      fc.property(ANY_BYTES, (path) => {
        const json = JSON.parse(JSON.stringify(pathToJson(path))) as unknown;
        expect(pathFromJson(json)).to.equal(path);
      }),
    );
  });

  it('is text in JSON when it is UTF-8, a byte order mark included', () => {
    expect(pathToJson(bytePathFromText('\ufeffé'))).to.equal('\ufeffé');
    expect(pathToJson(asBytePath('\xff'))).to.deep.equal({ base64: '/w==' });
    // An encoded surrogate is no UTF-8, although some decoders take it.
    expect(textOf(asBytePath('\xed\xa0\x80'))).to.equal(undefined);
  });

  it('refuses what is no path in JSON', () => {
    for (const value of [1, null, {}, { base64: 1 }, undefined]) {
      expect(thrownBy(() => pathFromJson(value))).to.include({ code: 'STATE_DAMAGED' });
    }
  });

  it('joins and takes apart', () => {
    expect(joinPath(ROOT, asBytePath('a'))).to.equal('a');
    expect(joinPath(asBytePath('a'), asBytePath('b'))).to.equal('a/b');
    expect(parentOf(asBytePath('a/b/c'))).to.equal('a/b');
    expect(parentOf(asBytePath('a'))).to.equal(ROOT);
    expect(parentOf(ROOT)).to.equal(ROOT);
    expect(nameOf(asBytePath('a/b'))).to.equal('b');
    expect(nameOf(asBytePath('a'))).to.equal('a');
  });

  it('knows what lies below a folder', () => {
    expect(isWithin(asBytePath('a/b'), asBytePath('a'))).to.equal(true);
    expect(isWithin(asBytePath('a'), asBytePath('a'))).to.equal(true);
    expect(isWithin(asBytePath('ab'), asBytePath('a'))).to.equal(false);
    expect(isWithin(asBytePath('a'), asBytePath('a/b'))).to.equal(false);
    expect(isWithin(asBytePath('anything'), ROOT)).to.equal(true);
  });

  it('sorts as memcmp does', () => {
    fc.assert(
      fc.property(ANY_BYTES, ANY_BYTES, (left, right) => {
        expect(compareBytes(left, right)).to.equal(Buffer.compare(bytesOf(left), bytesOf(right)));
      }),
    );
  });
});
