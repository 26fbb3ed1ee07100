import { expect } from 'chai';
import fc from 'fast-check';
import { isWithin } from '../../src/core/byte-path.js';
import { PathSet } from '../../src/worktree/path-set.js';
import { bytePath } from './scanning.js';

const NAME = fc.constantFrom('a', 'b', 'a-', 'a0', '\xff', '!');
const PATH = fc.array(NAME, { minLength: 1, maxLength: 4 }).map((names) => {
  return bytePath(names.join('/'));
});

describe('worktree: path set', () => {
  it('knows its paths and the folders above them', () => {
    fc.assert(
      fc.property(fc.array(PATH, { maxLength: 12 }), PATH, (paths, asked) => {
        const set = new PathSet(paths);
        expect(set.has(asked)).to.equal(paths.includes(asked));
        const below = paths.some((path) => path !== asked && isWithin(path, asked));
        expect(set.hasWithin(asked)).to.equal(below);
      }),
    );
  });

  it('is empty without paths', () => {
    const set = new PathSet([]);
    expect(set.has(bytePath('a'))).to.equal(false);
    expect(set.hasWithin(bytePath('a'))).to.equal(false);
  });
});
