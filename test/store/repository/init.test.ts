import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PitonError } from '../../../src/core/errors.js';
import { initRepository } from '../../../src/store/repository/init.js';
import type { UserFiles } from '../../../src/store/repository-types.js';
import { assertFsckClean, git } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';
import { TEST_USER } from './user.js';

function contents(directory: string): Record<string, string | number> {
  const found: Record<string, string | number> = {};
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(directory, name);
    const stat = statSync(path);
    found[name] = stat.isDirectory() ? stat.mode : `${stat.mode} ${readFileSync(path, 'utf8')}`;
  }
  return found;
}

function userWithBranch(branch: string): UserFiles {
  const home = tempDirectory();
  writeFileSync(join(home, '.gitconfig'), `[init]defaultBranch="${branch}"`);
  return { home, configHome: join(home, '.config'), systemConfig: null };
}

async function refusal(attempt: Promise<unknown>): Promise<PitonError> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof PitonError) return error;
    throw error;
  }
  throw new Error('was done');
}

describe('initRepository', () => {
  it('makes what git init makes from an empty template', async () => {
    const ours = tempDirectory();
    const theirs = tempDirectory();
    git(theirs, 'init', '-q', '-b', 'main', '--template=');
    const repository = await initRepository(ours, TEST_USER);
    expect(repository.root).to.equal(ours);
    expect(contents(ours)).to.deep.equal(contents(theirs));
  });

  it('makes a repository that git works in', async () => {
    const root = tempDirectory();
    await initRepository(root, TEST_USER);
    assertFsckClean(root);
    writeFileSync(join(root, 'a'), 'a');
    git(root, 'add', 'a');
    git(root, 'commit', '-q', '-m', 'one');
    expect(git(root, 'status', '--porcelain', '--branch')).to.equal('## main');
  });

  it('does the same again without harm', async () => {
    const root = tempDirectory();
    await initRepository(root, TEST_USER);
    git(root, 'commit', '-q', '--allow-empty', '-m', 'one');
    await initRepository(root, TEST_USER);
    expect(git(root, 'log', '--format=%s')).to.equal('one');
    expect(readdirSync(root)).to.deep.equal(['.git']);
  });

  it('makes one inside another worktree', async () => {
    const outer = tempDirectory();
    await initRepository(outer, TEST_USER);
    mkdirSync(join(outer, 'inner'));
    const inner = await initRepository(join(outer, 'inner'), TEST_USER);
    expect(inner.root).to.equal(join(outer, 'inner'));
  });

  it('is done once when several do it at the same time', async () => {
    const root = tempDirectory();
    const made = await Promise.all([1, 2, 3, 4].map(() => initRepository(root, TEST_USER)));
    expect(new Set(made.map(({ gitDir }) => gitDir)).size).to.equal(1);
    expect(readdirSync(root)).to.deep.equal(['.git']);
    assertFsckClean(root);
  });

  it('honours init.defaultBranch', async () => {
    const root = tempDirectory();
    await initRepository(root, userWithBranch('trunk/é'));
    expect(git(root, 'symbolic-ref', 'HEAD')).to.equal('refs/heads/trunk/é');
  });

  for (const branch of ['-x', 'HEAD', 'a..b', '', 'a b', '../x']) {
    it(`refuses the branch name ${JSON.stringify(branch)}`, async () => {
      const root = tempDirectory();
      const error = await refusal(initRepository(root, userWithBranch(branch)));
      expect(error.code).to.equal('USAGE');
      expect(readdirSync(root)).to.deep.equal([]);
    });
  }

  it('takes the place of an empty .git folder', async () => {
    const root = tempDirectory();
    mkdirSync(join(root, '.git'));
    await initRepository(root, TEST_USER);
    assertFsckClean(root);
  });

  it('leaves a .git alone that is something else', async () => {
    for (const make of [
      (path: string) => mkdirSync(join(path, 'x'), { recursive: true }),
      (path: string) => {
        writeFileSync(path, 'x');
      },
      (path: string) => {
        symlinkSync('nowhere', path);
      },
    ]) {
      const root = tempDirectory();
      make(join(root, '.git'));
      const error = await refusal(initRepository(root, TEST_USER));
      expect(error.code).to.equal('UNSUPPORTED_REPOSITORY');
      expect(readdirSync(root)).to.deep.equal(['.git']);
    }
  });

  it('says that the folder is not there', async () => {
    const error = await refusal(initRepository(join(tempDirectory(), 'none'), TEST_USER));
    expect(error.code).to.equal('WORKSPACE_MISSING');
  });

  it('passes on what the system says', async function () {
    if (!existsSync('/sys')) this.skip();
    const error = await initRepository('/sys', TEST_USER).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error).with.property('code').that.matches(/^E/);
  });

  it('removes what killed runs left, and only that', async () => {
    const root = tempDirectory();
    const dead = spawnSync('true').pid;
    const end = '0123456789abcdef';
    const leftover = join(root, `.git.piton-${dead}-${end}`);
    mkdirSync(join(leftover, 'refs'), { recursive: true });
    const alive = join(root, `.git.piton-${process.pid}-${end}`);
    mkdirSync(alive);
    const file = join(root, `.git.piton-${dead}-${end.replace('0', '1')}`);
    writeFileSync(file, '');
    mkdirSync(join(root, `.git.piton-${dead}-x`));
    await initRepository(root, TEST_USER);
    expect(existsSync(leftover)).to.equal(false);
    expect(readdirSync(root)).to.have.length(4);
    const later = { now: () => Date.now() + 61 * 60_000 };
    await initRepository(root, TEST_USER, later);
    expect(existsSync(alive)).to.equal(false);
    expect(readdirSync(root)).to.have.length(3);
  });
});
