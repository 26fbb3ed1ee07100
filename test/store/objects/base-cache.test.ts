import { expect } from 'chai';
import type { GitObject } from '../../../src/core/types.js';
import { BaseCache } from '../../../src/store/objects/base-cache.js';

const MEBIBYTE = 1024 * 1024;

function blob(mebibytes: number): GitObject {
  return { type: 'blob', data: Buffer.allocUnsafe(mebibytes * MEBIBYTE) };
}

describe('the cache of bases', () => {
  it('gives back what it holds', () => {
    const cache = new BaseCache();
    const object = blob(1);
    cache.set('a', object);
    expect(cache.get('a')).to.equal(object);
    expect(cache.get('b')).to.equal(undefined);
    cache.clear();
    expect(cache.get('a')).to.equal(undefined);
  });

  it('drops what was not used for longest', () => {
    const cache = new BaseCache();
    for (const key of ['a', 'b', 'c', 'd']) cache.set(key, blob(8));
    cache.get('a');
    cache.set('e', blob(8));
    expect(cache.get('a')).not.to.equal(undefined);
    expect(cache.get('b')).to.equal(undefined);
    expect(cache.get('c')).not.to.equal(undefined);
  });

  it('is not emptied by one large object', () => {
    const cache = new BaseCache();
    cache.set('a', blob(1));
    cache.set('b', blob(9));
    expect(cache.get('a')).not.to.equal(undefined);
    expect(cache.get('b')).to.equal(undefined);
  });

  it('counts anew after it was cleared', () => {
    const cache = new BaseCache();
    for (const key of ['a', 'b', 'c', 'd']) cache.set(key, blob(8));
    cache.clear();
    cache.set('e', blob(1));
    expect(cache.get('e')).not.to.equal(undefined);
  });
});
