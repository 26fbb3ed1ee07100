import { expect } from 'chai';
import { MODE, type ObjectId } from '../../src/core/types.js';
import { openObjectStore } from '../../src/store/objects/object-database.js';
import { buildTrees, entriesOf } from '../../src/worktree/build-tree.js';
import { hashOnlyBatch } from '../../src/worktree/hash-only-batch.js';
import { filesBelow, oidAt, type FoundFile, type FoundFolder } from '../../src/worktree/found.js';
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
      isKnown: false,
    };
  });
  const unbuilt = { isListed: true, known: null, tree: null };
  return { path: bytePath(path), name, files: found, folders, keptWhenEmpty, ...unbuilt };
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
    const tree = buildTrees(root, batch);
    const entries = entriesOf(root);
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
    buildTrees(root, hashOnlyBatch('sha1'));
    const entries = entriesOf(root);
    const shown = entries.map(({ path, mode }) => `${mode.toString(8)} ${path}`);
    expect(shown).to.deep.equal(['40000 held/empty', '40000 kept', '100644 yes']);
  });

  it('is not as deep as its folders', () => {
    const names = Array.from({ length: 20_000 }, () => 'd');
    let deep = folder('d', ['x']);
    for (const name of names) deep = folder(name, [], [deep]);
    const root = folder('', [], [deep]);
    buildTrees(root, hashOnlyBatch('sha1'));
    expect(entriesOf(root)).to.have.lengthOf(1);
    expect(filesBelow(root)).to.equal(1);
  });

  /** A tree in which all is as a stat cache remembers it, which says that its trees are others. */
  function remembered(): { root: FoundFolder; inner: FoundFolder; empty: FoundFolder } {
    const empty = folder('a/empty', []);
    const inner = folder('a', ['x', 'y'], [empty, folder('a/gone', [], [], false)]);
    const root = folder('', ['b', 'no'], [inner]);
    for (const { files } of [root, inner]) for (const file of files) file.isKnown = true;
    empty.known = { oid: '1'.repeat(40), files: 0, folders: 0 };
    inner.known = { oid: '2'.repeat(40), files: 2, folders: 1 };
    root.known = { oid: '3'.repeat(40), files: 1, folders: 1 };
    return { root, inner, empty };
  }

  it('takes the tree that is remembered, and writes none', () => {
    const { root } = remembered();
    const batch = hashOnlyBatch('sha1');
    batch.add = () => expect.fail('a tree was written');
    expect(buildTrees(root, batch)).to.equal('3'.repeat(40));
    expect(filesBelow(root)).to.equal(3);
    expect(entriesOf(root).map(({ path }) => path)).to.deep.equal(['a/empty', 'a/x', 'a/y', 'b']);
  });

  it('builds what has anything more, less or other than is remembered, and all above it', () => {
    const changes: ((all: ReturnType<typeof remembered>) => void)[] = [
      ({ inner }) => ((inner.files[0] as FoundFile).isKnown = false),
      ({ inner }) => ((inner.files[0] as FoundFile).oid = null),
      ({ inner }) => inner.files.pop(),
      ({ inner }) => inner.folders.shift(),
      ({ inner }) => inner.folders.push(folder('a/more', [])),
      ({ inner }) => (inner.known = null),
      ({ empty }) => (empty.known = null),
      ({ empty }) => (empty.keptWhenEmpty = false),
      ({ empty }) => empty.files.push(...folder('a/empty', ['new']).files),
    ];
    for (const [at, change] of changes.entries()) {
      const all = remembered();
      change(all);
      // An empty folder that is not known is built, and what is built is the empty tree.
      const built = buildTrees(all.root, hashOnlyBatch('sha1'));
      expect(built, `${at}`).not.to.equal('3'.repeat(40));
      expect(all.inner.tree?.oid, `${at}`).not.to.equal('2'.repeat(40));
    }
  });

  it('takes the tree above when what was built below is what is remembered', () => {
    const { root, inner } = remembered();
    const alone = folder('a', ['x', 'y'], [folder('a/empty', [])]);
    const oid = buildTrees(alone, hashOnlyBatch('sha1'));
    inner.known = { oid, files: 2, folders: 1 };
    inner.folders[0] = folder('a/empty', []);
    expect(buildTrees(root, hashOnlyBatch('sha1'))).to.equal('3'.repeat(40));
  });

  it('finds a file by its path', () => {
    const { root } = remembered();
    expect(oidAt(root, bytePath('a/x'))).to.equal(BLOB);
    expect(oidAt(root, bytePath('b'))).to.equal(BLOB);
    for (const path of ['no', 'a', 'a/z', 'b/x', 'c/d/e']) {
      expect(oidAt(root, bytePath(path)), path).to.equal(null);
    }
  });
});
