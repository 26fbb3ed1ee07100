import { expect } from 'chai';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectGarbage } from '../../src/retention/collect-garbage.js';
import { findRepository } from '../../src/store/repository/discover.js';
import { TEST_USER } from '../checkpoint/contexts.js';
import { TEST_GIT } from '../conformance/open-test-engine.js';
import { rejectionOf } from '../disk/thrown.js';
import { assertFsckClean, git, makeRepository, tryGit } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { ageObjects } from './aged.js';

/** As `git`, long ago: so its reflogs say. */
function gitThen(root: string, ...args: string[]): void {
  const env = { GIT_COMMITTER_DATE: '2020-01-01T00:00:00Z' };
  const { status, stderr } = tryGit(root, args, undefined, env);
  if (status !== 0) throw new Error(stderr);
}

function blob(root: string, text: string): string {
  const run = tryGit(root, ['hash-object', '-w', '--stdin'], text);
  return run.stdout.toString().trim();
}

function isThere(root: string, oid: string): boolean {
  return tryGit(root, ['cat-file', '-e', oid]).status === 0;
}

async function collect(directory: string): Promise<void> {
  const repository = findRepository(directory, TEST_USER);
  if (repository === null) throw new Error('there is no repository');
  await collectGarbage(TEST_GIT, repository, undefined);
}

describe('retention: collecting garbage', function () {
  this.timeout(120_000);

  it('takes nothing that the user’s refs, reflogs, trees and staging areas lead to', async () => {
    const root = makeRepository();
    const commit = (text: string): string => {
      writeFileSync(join(root, 'a.txt'), text);
      git(root, 'add', '-A');
      gitThen(root, 'commit', '-q', '-m', text);
      return git(root, 'rev-parse', 'HEAD');
    };
    commit('one');
    const dropped = commit('two');
    gitThen(root, 'reset', '-q', '--hard', 'HEAD~1');
    writeFileSync(join(root, 'a.txt'), 'stashed');
    gitThen(root, 'stash', '-q');
    const stash = git(root, 'rev-parse', 'refs/stash');
    const other = join(tempDirectory(), 'other');
    git(root, 'worktree', 'add', '-q', '--detach', other);
    writeFileSync(join(other, 'a.txt'), 'detached');
    gitThen(other, 'commit', '-q', '-a', '-m', 'detached');
    const detached = git(other, 'rev-parse', 'HEAD');
    writeFileSync(join(other, 'staged.txt'), 'staged there');
    git(other, 'add', 'staged.txt');
    writeFileSync(join(root, 'here.txt'), 'staged here');
    git(root, 'add', 'here.txt');
    const staged = [git(other, 'rev-parse', ':staged.txt'), git(root, 'rev-parse', ':here.txt')];
    const reflogs = (): string => git(root, 'reflog', 'show', '--all');
    const before = reflogs();
    ageObjects(root);
    // Git's own defaults would let go of what reflogs alone refer to after 30 days.
    for (const directory of [root, other]) {
      await collect(directory);
      for (const oid of [dropped, stash, detached, ...staged]) {
        expect(isThere(root, oid), oid).to.equal(true);
      }
    }
    expect(reflogs()).to.equal(before);
    expect(git(root, 'stash', 'list')).to.match(/^stash@\{0\}/);
    expect(git(root, 'worktree', 'list').split('\n')).to.have.lengthOf(2);
    assertFsckClean(root);
    assertFsckClean(other);
  });

  it('keeps what nothing refers to for two weeks, or as long as the config says', async () => {
    const root = makeRepository();
    const old = blob(root, 'old');
    ageObjects(root);
    const fresh = blob(root, 'fresh');
    git(root, 'config', 'gc.pruneExpire', 'never');
    await collect(root);
    expect([old, fresh].map((oid) => isThere(root, oid))).to.deep.equal([true, true]);
    git(root, 'config', 'gc.pruneExpire', 'now');
    await collect(root);
    expect([old, fresh].map((oid) => isThere(root, oid))).to.deep.equal([false, true]);
  });

  it('runs no program that the config names', async () => {
    const root = makeRepository();
    const trap = join(root, 'ran');
    git(root, 'config', 'gc.recentObjectsHook', `touch ${trap}`);
    writeFileSync(join(root, 'a.txt'), 'a');
    git(root, 'add', 'a.txt');
    git(root, 'config', 'core.fsmonitor', `touch ${trap}`);
    await collect(root);
    expect(existsSync(trap)).to.equal(false);
  });

  it('refuses a partial clone', async () => {
    const root = makeRepository();
    writeFileSync(join(root, '.git/objects/pack/pack-0.promisor'), '');
    expect(await rejectionOf(collect(root))).to.include({ code: 'UNSUPPORTED_REPOSITORY' });
  });

  it('keeps a repository shared with the group', async () => {
    const root = makeRepository('--shared=group');
    blob(root, 'a');
    writeFileSync(join(root, 'a.txt'), 'a');
    git(root, 'add', 'a.txt');
    await collect(root);
    const packs = join(root, '.git/objects/info/packs');
    expect(statSync(packs).mode & 0o060).to.equal(0o060);
  });
});
