import { expect } from 'chai';
import { asBytePath } from '../../src/core/byte-path.js';
import type { ObjectId, TreeEntry } from '../../src/core/types.js';
import { encodeTree, hashObject } from '../../src/store/objects/object-format.js';
import { treesOf, type KnownTrees } from '../../src/worktree/known-trees.js';
import type { StatCacheEntry } from '../../src/worktree/stat-cache.js';
import { STAT_RECORD_BYTES } from '../../src/worktree/stat-record.js';

const FILE = 0o100644;
const EXECUTABLE = 0o100755;
const LINK = 0o120777;
const blob = (letter: string): ObjectId => letter.repeat(40);

function remembered(path: string, mode = FILE, oid = blob('a')): StatCacheEntry {
  const record = Buffer.alloc(STAT_RECORD_BYTES);
  record.writeBigUInt64LE(BigInt(mode), 32);
  return { path: asBytePath(path), record, oid };
}

function tree(...lines: [mode: number, name: string, oid: ObjectId][]): {
  oid: ObjectId;
  entries: TreeEntry[];
} {
  const entries = lines.map(([mode, name, oid]) => ({ mode, name, oid }) as TreeEntry);
  return { oid: hashObject('sha1', 'tree', encodeTree(entries)), entries };
}

function trees(...files: StatCacheEntry[]): KnownTrees {
  return treesOf(files, 'sha1');
}

describe('known trees', () => {
  it('are those that the remembered files make, by their ids', () => {
    const inner = tree([0o100755, 'run', blob('b')]);
    const middle = tree([0o040000, 'c', inner.oid], [0o120000, 'link', blob('c')]);
    const root = tree(
      [0o100644, 'a', blob('a')],
      [0o100644, 'b.txt', blob('a')],
      [0o040000, 'b', middle.oid],
      [0o100644, 'c', blob('d')],
    );
    const known = trees(
      remembered('a'),
      remembered('b.txt'),
      remembered('b/c/run', EXECUTABLE, blob('b')),
      remembered('b/link', LINK, blob('c')),
      remembered('c', FILE, blob('d')),
    );
    expect([...known]).to.deep.equal(
      [inner, middle, root].map(({ oid, entries }) => [oid, entries]),
    );
  });

  it('go from one deep folder to another', () => {
    const leaf = tree([0o100644, 'f', blob('a')]);
    const above = tree([0o040000, 'y', leaf.oid]);
    const root = tree([0o040000, 'a', above.oid], [0o040000, 'b', above.oid]);
    const known = trees(remembered('a/y/f'), remembered('b/y/f'));
    expect([...known.keys()]).to.deep.equal([leaf.oid, above.oid, root.oid]);
  });

  it('are none when somebody wrote what cannot be a tree', () => {
    const forged: Record<string, StatCacheEntry[]> = {
      'not in order': [remembered('b'), remembered('a')],
      'a name twice': [remembered('a'), remembered('a')],
      'a file that is a folder': [remembered('a'), remembered('a/b')],
      'no name': [remembered('a//b')],
      'half a name': [remembered('a\0b')],
      'no name at the end': [remembered('a/')],
    };
    for (const [what, files] of Object.entries(forged)) {
      expect(trees(...files).size, what).to.equal(0);
    }
  });

  it('pass on what is no damage of the cache', () => {
    const failure = new Error('the disk is on fire');
    const burning = function* (): Generator<StatCacheEntry> {
      yield remembered('a');
      throw failure;
    };
    expect(() => treesOf(burning(), 'sha1')).to.throw(failure);
  });
});
