import { expect } from 'chai';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isolateRepository } from '../../src/process/isolated-repository.js';
import { runGit } from '../../src/process/run-git.js';
import { assertFsckClean, git, makeRepository, tryGit } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { realGit, repositoryAt } from './programs.js';

describe('isolateRepository', () => {
  let directory: string;
  beforeEach(() => {
    directory = makeRepository();
    git(directory, 'commit', '-q', '--allow-empty', '-m', 'first');
  });

  async function run(...args: string[]): Promise<string> {
    const call = { repository: repositoryAt(directory), workTree: directory, args };
    return (await runGit(realGit(), call)).stdout.toString().trim();
  }

  it('lets git read and write the refs themselves', async () => {
    const head = git(directory, 'rev-parse', 'HEAD');
    await run('update-ref', 'refs/piton/checkpoint/x', head);
    expect(git(directory, 'rev-parse', 'refs/piton/checkpoint/x')).to.equal(head);
    await run('symbolic-ref', 'HEAD', 'refs/heads/other');
    expect(git(directory, 'symbolic-ref', 'HEAD')).to.equal('refs/heads/other');
  });

  it('lets git pack the refs, when there were no packed ones before', async () => {
    expect(existsSync(join(directory, '.git/packed-refs'))).to.equal(false);
    git(directory, 'update-ref', 'refs/piton/a', 'HEAD');
    await run('pack-refs', '--all', '--prune');
    expect(readFileSync(join(directory, '.git/packed-refs'), 'utf8')).to.contain('refs/piton/a');
    expect(git(directory, 'for-each-ref', '--format=%(refname)')).to.equal(
      'refs/heads/main\nrefs/piton/a',
    );
    await run('update-ref', '-d', 'refs/piton/a');
    expect(git(directory, 'for-each-ref', '--format=%(refname)')).to.equal('refs/heads/main');
  });

  it('lets git write the reflogs themselves', async () => {
    const tree = git(directory, 'rev-parse', 'HEAD^{tree}');
    const commit = await run('commit-tree', '-m', 'next', '-p', 'HEAD', tree);
    await run('update-ref', '-m', 'moved', 'HEAD', commit);
    expect(git(directory, 'log', '-g', '-1', '--format=%gs', 'main')).to.equal('moved');
    expect(git(directory, 'log', '-g', '-1', '--format=%gs', 'HEAD')).to.equal('moved');
  });

  it('lets gc keep everything that anybody needs', async () => {
    const put = (where: string, name: string) => {
      writeFileSync(join(where, name), name);
      git(where, 'add', name);
      return git(where, 'rev-parse', `:${name}`);
    };
    const linked = join(tempDirectory(), 'linked');
    git(directory, 'worktree', 'add', '-q', '--detach', linked);
    git(linked, 'commit', '-q', '--allow-empty', '-m', 'only here');
    const needed = [
      put(directory, 'staged'),
      put(linked, 'staged-in-linked'),
      git(linked, 'rev-parse', 'HEAD'),
    ];
    git(directory, 'checkout', '-q', '--detach');
    git(directory, 'commit', '-q', '--allow-empty', '-m', 'detached');
    needed.push(git(directory, 'rev-parse', 'HEAD'));
    needed.push(put(directory, 'more'));
    const garbage = tryGit(directory, ['hash-object', '-w', '--stdin'], 'garbage').stdout;
    // Only what index and HEAD refer to is to keep them.
    rmSync(join(directory, '.git/logs'), { recursive: true });
    rmSync(join(directory, '.git/worktrees/linked/logs'), { recursive: true });
    const commonDir = join(directory, '.git');
    for (const gitDir of [commonDir, join(commonDir, 'worktrees/linked')]) {
      const repository = { gitDir, commonDir, extensions: {} };
      await runGit(realGit(), { repository, args: ['gc', '--quiet', '--prune=now'] });
    }
    for (const oid of needed) git(directory, 'cat-file', '-e', oid);
    const gone = tryGit(directory, ['cat-file', '-e', garbage.toString().trim()]);
    expect(gone.status).to.equal(1);
    assertFsckClean(directory);
    expect(git(linked, 'status', '--porcelain')).to.equal('A  staged-in-linked');
  });

  it('lets git know where a shallow history ends', async () => {
    git(directory, 'commit', '-q', '--allow-empty', '-m', 'second');
    const source = directory;
    directory = join(tempDirectory(), 'shallow');
    git(source, 'clone', '-q', '--depth=1', `file://${source}`, directory);
    await run('gc', '--quiet', '--prune=now');
    expect(await run('rev-list', '--count', 'HEAD')).to.equal('1');
    assertFsckClean(directory);
  });

  it('works from a linked worktree', async () => {
    const linked = join(tempDirectory(), 'linked');
    git(directory, 'worktree', 'add', '-q', '-b', 'side', linked);
    const commonDir = join(directory, '.git');
    const gitDir = join(commonDir, 'worktrees/linked');
    const repository = { gitDir, commonDir, extensions: {} };
    const args = ['symbolic-ref', 'HEAD'];
    const head = await runGit(realGit(), { repository, workTree: linked, args });
    expect(head.stdout.toString()).to.equal('refs/heads/side\n');
  });

  it('keeps the format of the repository', async () => {
    const modern = makeRepository('--object-format=sha256');
    const repository = repositoryAt(modern, { objectformat: 'sha256' });
    const call = { repository, args: ['hash-object', '-w', '--stdin'], input: 'x' };
    const oid = (await runGit(realGit(), call)).stdout.toString().trim();
    expect(oid).to.have.length(64);
    expect(git(modern, 'cat-file', 'blob', oid)).to.equal('x');
  });

  it('takes no extension that could say more than it should', () => {
    for (const extensions of [
      { 'a]\n[core': 'x' },
      { objectformat: 'sha256"\n[core]\nhooksPath = "/x' },
      { '': 'x' },
    ]) {
      const isolate = () => isolateRepository(repositoryAt(directory, extensions), tempDirectory());
      expect(isolate).to.throw('unknown repository extension').with.property('hint');
    }
  });
});
