import { expect } from 'chai';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutLostTrees } from '../../../src/worktree/staging-area/cache-tree.js';
import { git, makeRepository, tryGit } from '../../helpers/git.js';

/** A repository whose index caches trees that nothing else refers to. */
function repositoryWithCache(objectFormat: string): string {
  const root = makeRepository(`--object-format=${objectFormat}`);
  mkdirSync(join(root, 'a/b'), { recursive: true });
  for (const name of ['f', 'a/f', 'a/b/f']) writeFileSync(join(root, name), name);
  git(root, 'add', '.');
  git(root, 'write-tree');
  return root;
}

function treesIn(root: string): string[] {
  const list = git(root, 'cat-file', '--batch-all-objects', '--batch-check').toString();
  return list
    .split('\n')
    .flatMap((line) => (line.includes(' tree ') ? [line.split(' ')[0] ?? ''] : []));
}

describe('worktree/staging-area/cache-tree', () => {
  for (const algorithm of ['sha1', 'sha256'] as const) {
    it(`leaves a file alone whose trees are all there, with ${algorithm}`, () => {
      const root = repositoryWithCache(algorithm);
      const bytes = readFileSync(join(root, '.git/index'));
      const asked: string[] = [];
      const same = withoutLostTrees(bytes, algorithm, (oid) => asked.push(oid) > 0);
      expect(same).to.equal(bytes);
      expect(asked).to.have.members(treesIn(root));
    });

    it(`cuts the cache out when one of them is lost, and nothing else, with ${algorithm}`, () => {
      const root = repositoryWithCache(algorithm);
      const path = join(root, '.git/index');
      const bytes = readFileSync(path);
      const trees = treesIn(root);
      const staged = git(root, 'ls-files', '--stage', '--debug').toString();
      for (const lost of trees) {
        const cut = withoutLostTrees(bytes, algorithm, (oid) => oid !== lost);
        expect(cut.includes('TREE')).to.equal(false);
        writeFileSync(path, cut);
        expect(git(root, 'ls-files', '--stage', '--debug').toString()).to.equal(staged);
      }
      git(root, 'prune', '--expire=now');
      expect(tryGit(root, ['fsck', '--strict']).status).to.equal(0);
      writeFileSync(path, bytes);
      expect(tryGit(root, ['fsck', '--strict']).status).not.to.equal(0);
    });
  }

  it('takes no invalid entry of the cache for a tree', () => {
    const root = repositoryWithCache('sha1');
    writeFileSync(join(root, 'a/f'), 'changed');
    git(root, 'add', 'a/f');
    const bytes = readFileSync(join(root, '.git/index'));
    const asked: string[] = [];
    withoutLostTrees(bytes, 'sha1', (oid) => asked.push(oid) > 0);
    expect(asked).to.have.lengthOf(1);
  });

  it('leaves out the checksum where git did, and keeps other extensions', () => {
    const root = repositoryWithCache('sha1');
    git(root, 'update-index', '--force-untracked-cache');
    git(root, 'write-tree');
    const bytes = readFileSync(join(root, '.git/index'));
    bytes.fill(0, bytes.length - 20);
    const cut = withoutLostTrees(bytes, 'sha1', () => false);
    expect(cut.subarray(-20).every((byte) => byte === 0)).to.equal(true);
    expect(cut.includes('UNTR')).to.equal(true);
  });

  it('says that a cache which ends too early is damaged', () => {
    const root = repositoryWithCache('sha1');
    const bytes = readFileSync(join(root, '.git/index'));
    const at = bytes.indexOf('TREE');
    const size = bytes.readUInt32BE(at + 4);
    bytes.fill(0x20, at + 8, at + 8 + size);
    bytes.fill(0, bytes.length - 20);
    expect(() => withoutLostTrees(bytes, 'sha1', () => true)).to.throw(/cache of trees/);
  });

  it('leaves a file without a cache alone', () => {
    const root = makeRepository();
    writeFileSync(join(root, 'f'), 'f');
    git(root, 'add', 'f');
    const bytes = readFileSync(join(root, '.git/index'));
    expect(withoutLostTrees(bytes, 'sha1', () => false)).to.equal(bytes);
  });
});
