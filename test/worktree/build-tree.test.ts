import { expect } from 'chai';
import { MODE, type ObjectId } from '../../src/core/types.js';
import { openObjectStore } from '../../src/store/objects/object-database.js';
import { buildTrees } from '../../src/worktree/build-tree.js';
import { hashOnlyBatch } from '../../src/worktree/hash-only-batch.js';
import type { FoundFile, FoundFolder } from '../../src/worktree/walk.js';
import { assertFsckClean, git, makeRepository, tryGit } from '../helpers/git.js';
import { blobId, bytePath } from './scanning.js';

const BLOB = blobId('contents\n');

function idOf(file: string): ObjectId | null {
  return file === 'no' ? null : BLOB;
}

function folder(
  path: string,
  files: string[],
  folders: FoundFolder[] = [],
  keptWhenEmpty = true,
): FoundFolder {
  const name = bytePath(path.slice(path.lastIndexOf('/') + 1));
  const found = files.map((file): FoundFile => {
    const below = bytePath(path === '' ? file : `${path}/${file}`);
    return {
      path: below,
      name: bytePath(file),
      mode: MODE.file,
      size: 0,
      record: 0,
      oid: idOf(file),
    };
  });
  return { path: bytePath(path), name, files: found, folders, keptWhenEmpty };
}

describe('worktree: building trees', () => {
  it('writes trees that git takes for its own', async () => {
    const repository = makeRepository();
    const store = openObjectStore({
      objectsDir: `${repository}/.git/objects`,
      algorithm: 'sha1',
      durability: 'fast',
    });
    const batch = store.beginBatch();
    batch.add('blob', Buffer.from('contents\n'));
    const root = folder(
      '',
      ['a-b', 'a.c', 'a0', 'z\xff'],
      [folder('a', ['x'], [folder('a/empty', [])]), folder('void', [])],
    );
    const { tree, entries } = buildTrees(root, batch);
    await batch.publish();
    const added = ['a-b', 'a.c', 'a/x', 'a0', 'z\xff'];
    expect(entries.filter(({ mode }) => mode === MODE.file).map(({ path }) => path)).to.deep.equal(
      added,
    );
    expect(entries.map(({ path }) => path)).to.deep.equal(
      [...added, 'a/empty', 'void'].sort((left, right) => (left < right ? -1 : 1)),
    );
    git(repository, 'update-ref', 'refs/heads/x', git(repository, 'commit-tree', tree, '-m', 'x'));
    assertFsckClean(repository);
    const listed = tryGit(repository, ['ls-tree', '-r', '-z', '--name-only', tree]).stdout;
    const names = listed.toString('latin1').split('\0').slice(0, -1);
    expect(names.sort()).to.deep.equal([...added].sort());
  });

  it('leaves out files without an id, and folders that nothing keeps', () => {
    const root = folder(
      '',
      ['no', 'yes'],
      [
        folder('gone', ['no'], [folder('gone/deeper', [], [], false)], false),
        folder('kept', ['no'], [folder('kept/deeper', [], [], false)]),
        folder('held', [], [folder('held/empty', [])], false),
      ],
    );
    const { entries } = buildTrees(root, hashOnlyBatch('sha1'));
    const shown = entries.map(({ path, mode }) => `${mode.toString(8)} ${path}`);
    expect(shown).to.deep.equal(['40000 held/empty', '40000 kept', '100644 yes']);
  });

  it('is not as deep as its folders', () => {
    const names = Array.from({ length: 20_000 }, () => 'd');
    let deep = folder('d', ['x']);
    for (const name of names) deep = folder(name, [], [deep]);
    const { entries } = buildTrees(folder('', [], [deep]), hashOnlyBatch('sha1'));
    expect(entries).to.have.lengthOf(1);
  });
});
