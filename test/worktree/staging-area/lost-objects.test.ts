import { expect } from 'chai';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutLostObjects } from '../../../src/worktree/staging-area/lost-objects.js';
import { git, makeRepository, tryGit } from '../../helpers/git.js';
import { indexInfo } from './index-files.js';
import { resolveConflict } from './resolved-conflict.js';

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

describe('worktree/staging-area/lost-objects', () => {
  for (const algorithm of ['sha1', 'sha256'] as const) {
    it(`leaves a file alone whose trees are all there, with ${algorithm}`, () => {
      const root = repositoryWithCache(algorithm);
      const bytes = readFileSync(join(root, '.git/index'));
      const asked: string[] = [];
      const same = withoutLostObjects(bytes, algorithm, (oid) => asked.push(oid) > 0);
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
        const cut = withoutLostObjects(bytes, algorithm, (oid) => oid !== lost);
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
    withoutLostObjects(bytes, 'sha1', (oid) => asked.push(oid) > 0);
    expect(asked).to.have.lengthOf(1);
  });

  it('leaves out the checksum where git did, and keeps other extensions', () => {
    const root = repositoryWithCache('sha1');
    git(root, 'update-index', '--force-untracked-cache');
    git(root, 'write-tree');
    const bytes = readFileSync(join(root, '.git/index'));
    bytes.fill(0, bytes.length - 20);
    const cut = withoutLostObjects(bytes, 'sha1', () => false);
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
    expect(() => withoutLostObjects(bytes, 'sha1', () => true)).to.throw(/cache of trees/);
  });

  it('cuts resolved conflicts out when one of their objects is lost, and keeps the cache', () => {
    const root = makeRepository();
    resolveConflict(root, ['a']);
    git(root, 'write-tree');
    const path = join(root, '.git/index');
    const bytes = readFileSync(path);
    const theirs = git(root, 'rev-parse', 'other:a');
    writeFileSync(
      path,
      withoutLostObjects(bytes, 'sha1', (oid) => oid !== theirs),
    );
    expect(git(root, 'ls-files', '--resolve-undo')).to.equal('');
    expect(readFileSync(path).includes('TREE')).to.equal(true);
    expect(git(root, 'ls-files', '--stage')).to.match(/ 0\ta$/);
    expect(withoutLostObjects(bytes, 'sha1', () => true)).to.equal(bytes);
  });

  it('does not look for the commits of submodules among the resolved conflicts', () => {
    const root = makeRepository();
    const side = (stage: number): string => `160000 ${String(stage).repeat(40)} ${stage}\tsub`;
    indexInfo(root, [1, 2, 3].map(side));
    git(root, 'update-index', '--add', '--cacheinfo', `160000,${'4'.repeat(40)},sub`);
    expect(git(root, 'ls-files', '--resolve-undo')).to.contain(side(3));
    const bytes = readFileSync(join(root, '.git/index'));
    expect(withoutLostObjects(bytes, 'sha1', () => false)).to.equal(bytes);
  });

  it('leaves a file without a cache alone', () => {
    const root = makeRepository();
    writeFileSync(join(root, 'f'), 'f');
    git(root, 'add', 'f');
    const bytes = readFileSync(join(root, '.git/index'));
    expect(withoutLostObjects(bytes, 'sha1', () => false)).to.equal(bytes);
  });
});
