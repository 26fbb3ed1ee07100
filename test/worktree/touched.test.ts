import { expect } from 'chai';
import { asBytePath, type BytePath } from '../../src/core/byte-path.js';
import { TouchedPaths } from '../../src/worktree/touched.js';

function touched(names: Record<string, string[]>): TouchedPaths {
  const sets = Object.entries(names).map(
    ([folder, list]) => [asBytePath(folder), new Set(list.map(asBytePath))] as const,
  );
  return new TouchedPaths(new Map(sets));
}

function at(paths: TouchedPaths, path: string): { touched: string[]; through: string[] } | null {
  const folder = paths.folder(path as BytePath);
  return folder && { touched: [...folder.touched], through: [...folder.through] };
}

describe('worktree: touched paths', () => {
  it('lead from the root to each folder with a touched name', () => {
    const paths = touched({ 'a/b': ['x', 'y'], '': ['z'] });
    expect(at(paths, '')).to.deep.equal({ touched: ['z'], through: ['a'] });
    expect(at(paths, 'a')).to.deep.equal({ touched: [], through: ['b'] });
    expect(at(paths, 'a/b')).to.deep.equal({ touched: ['x', 'y'], through: [] });
    expect(at(paths, 'a/c')).to.equal(null);
    expect(at(touched({}), '')).to.deep.equal({ touched: [], through: [] });
  });

  it('take a touched folder whole, whatever was touched below it', () => {
    const paths = touched({ 'a/b/c': ['x'], a: ['b', 'q'], 'a/b': ['c'] });
    expect(at(paths, 'a')).to.deep.equal({ touched: ['b', 'q'], through: [] });
    expect(at(paths, 'a/b')).to.equal(null);
    expect(at(paths, 'a/b/c')).to.equal(null);
    const covered = ['a', 'a/b', 'a/b/c/x', 'a/q', 'a/bb'].map((path) =>
      paths.covers(asBytePath(path)),
    );
    expect(covered).to.deep.equal([false, true, true, true, false]);
  });
});
