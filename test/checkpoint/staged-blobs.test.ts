import { expect } from 'chai';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addStagedBlobs } from '../../src/checkpoint/staged-blobs.js';
import { StagingFile } from '../../src/checkpoint/staging-file.js';
import { assertFsckClean, git, makeRepository, tryGit } from '../helpers/git.js';
import { cruftBlobs, removeCruftPacks } from '../store/objects/samples.js';
import { resolveConflict } from '../worktree/staging-area/resolved-conflict.js';
import { closeContexts, contextOf } from './contexts.js';
import { stageAwayFromHead } from './sparse-staging.js';

/** The blobs that would be kept for the staging area, as `git ls-tree` names them. */
async function keptFor(root: string): Promise<string[] | null> {
  const { objects, refs, repository } = await contextOf(root);
  const staging = StagingFile.read(repository.gitDir, repository.algorithm);
  if (staging === null) throw new Error('there is no staging area');
  const { commit } = await refs.readHead();
  const batch = objects.beginBatch();
  const tree = await addStagedBlobs(batch, objects, staging.area, commit, {});
  await batch.publish();
  if (tree === null) return null;
  return git(root, 'ls-tree', '--name-only', tree).split('\n');
}

function idOf(root: string, contents: string): string {
  return tryGit(root, ['hash-object', '--stdin'], contents).stdout.toString().trim();
}

describe('checkpoint: what only the staging area has', () => {
  afterEach(closeContexts);

  it('are all of them while no commit is there', async () => {
    const root = makeRepository();
    for (const name of ['a', 'b', 'c']) writeFileSync(join(root, name), name === 'c' ? 'a' : name);
    git(root, 'add', '.');
    expect(await keptFor(root)).to.have.members([idOf(root, 'a'), idOf(root, 'b')]);
  });

  it('are those that differ from the commit at their path', async () => {
    const root = makeRepository();
    mkdirSync(join(root, 'd/e'), { recursive: true });
    for (const name of ['a', 'd/b', 'd/e/c', 'd/e/f']) writeFileSync(join(root, name), name);
    git(root, 'add', '.');
    git(root, 'commit', '-q', '-m', 'x');
    expect(await keptFor(root)).to.equal(null);
    writeFileSync(join(root, 'd/e/c'), 'new');
    git(root, 'add', '.');
    rmSync(join(root, 'a'));
    mkdirSync(join(root, 'a/a'), { recursive: true });
    writeFileSync(join(root, 'a/a/x'), 'below a former file');
    git(root, 'add', '.');
    expect(await keptFor(root)).to.have.members([
      idOf(root, 'new'),
      idOf(root, 'below a former file'),
    ]);
    assertFsckClean(root);
  });

  it('are stored anew when only a cruft pack holds them', async () => {
    const root = makeRepository();
    const [oid = ''] = cruftBlobs(root, ['staged']);
    git(root, 'update-index', '--add', '--cacheinfo', `100644,${oid},a`);
    expect(await keptFor(root)).to.deep.equal([oid]);
    removeCruftPacks(root);
    expect(git(root, 'cat-file', 'blob', oid)).to.equal('staged');
  });

  it('are also those of every side of a conflict', async () => {
    const root = makeRepository();
    const commit = (contents: string): void => {
      writeFileSync(join(root, 'a'), contents);
      git(root, 'add', 'a');
      git(root, 'commit', '-q', '-m', contents);
    };
    commit('base');
    git(root, 'branch', 'other');
    commit('ours');
    git(root, 'checkout', '-q', 'other');
    commit('theirs');
    expect(tryGit(root, ['merge', '-q', 'main']).status).to.equal(1);
    expect(await keptFor(root)).to.have.members([idOf(root, 'base'), idOf(root, 'ours')]);
  });

  it('are those of conflicts that have been resolved', async () => {
    const root = makeRepository();
    resolveConflict(root, ['a']);
    const kept = ['base', 'theirs', 'resolved'].map((side) => idOf(root, `${side} a\n`));
    expect(await keptFor(root)).to.have.members(kept);
  });

  it('are the trees of folders that a sparse staging area does not look into', async () => {
    const root = makeRepository();
    const staged = stageAwayFromHead(root);
    expect(await keptFor(root)).to.deep.equal([staged]);
    git(root, 'reset', '-q', '--hard');
    expect(await keptFor(root)).to.equal(null);
  });

  it('are stored anew with their folders when only a cruft pack holds them', async () => {
    const root = makeRepository();
    const staged = stageAwayFromHead(root);
    const index = join(root, '.git/index');
    const bytes = readFileSync(index);
    git(root, 'reset', '-q', '--hard');
    git(root, 'tag', '-d', 'two');
    git(root, 'reflog', 'expire', '--all', '--expire=now');
    git(root, 'repack', '-q', '-d', '--cruft');
    writeFileSync(index, bytes);
    expect(await keptFor(root)).to.deep.equal([staged]);
    removeCruftPacks(root);
    expect(git(root, 'cat-file', 'blob', `${staged}:deep/b`)).to.equal('two');
  });

  it('are no trees of which something is missing', async () => {
    const root = makeRepository();
    stageAwayFromHead(root);
    const lost = git(root, 'rev-parse', 'two:out/deep/b');
    rmSync(join(root, '.git/objects', lost.slice(0, 2), lost.slice(2)));
    expect(await keptFor(root)).to.equal(null);
  });

  it('are only blobs where a file should be, whatever git was told to stage', async () => {
    const root = makeRepository();
    writeFileSync(join(root, 'a'), 'a');
    git(root, 'add', '.');
    git(root, 'commit', '-q', '-m', 'x');
    git(root, 'rm', '-q', '--cached', 'a');
    const [blob, tree, commit] = ['HEAD:a', 'HEAD^{tree}', 'HEAD'].map((name) =>
      git(root, 'rev-parse', name),
    ) as [string, string, string];
    for (const [path, oid] of Object.entries({ tree, commit, blob })) {
      git(root, 'update-index', '--add', '--cacheinfo', `100644,${oid},${path}`);
    }
    expect(await keptFor(root)).to.deep.equal([blob]);
    git(root, 'reset', '-q');
    assertFsckClean(root);
  });

  it('are not those that are damaged, which would stop garbage collection', async () => {
    const root = makeRepository();
    for (const name of ['a', 'b']) writeFileSync(join(root, name), name);
    git(root, 'add', '.');
    const cut = idOf(root, 'a');
    const path = join(root, '.git/objects', cut.slice(0, 2), cut.slice(2));
    rmSync(path);
    writeFileSync(path, '');
    expect(await keptFor(root)).to.deep.equal([idOf(root, 'b')]);
  });

  it('are not those that are nowhere', async () => {
    const root = makeRepository();
    git(root, 'update-index', '--add', '--cacheinfo', `100644,${'1'.repeat(40)},gone`);
    expect(await keptFor(root)).to.equal(null);
  });
});
