import { expect } from 'chai';
import { asBytePath, ROOT } from '../../src/core/byte-path.js';
import { filesBelow, foundFolder } from '../../src/worktree/found.js';

describe('worktree: what a walk found', () => {
  it('is counted in a folder with very many others', () => {
    const root = foundFolder(ROOT, ROOT, true);
    const tree = { oid: '', files: 1, folders: 0 };
    const folders = Array.from({ length: 300_000 }, (_, index) => {
      const name = asBytePath(`f${index}`);
      return { ...foundFolder(name, name, true), tree };
    });
    root.folders = folders;
    expect(filesBelow(root)).to.equal(300_000);
  });
});
