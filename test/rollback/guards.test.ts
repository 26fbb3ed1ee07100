import { expect } from 'chai';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PitonError } from '../../src/core/errors.js';
import {
  assertNoOperationInProgress,
  assertNotCheckedOutElsewhere,
} from '../../src/rollback/guards.js';
import { findRepository } from '../../src/store/repository/discover.js';
import type { Repository } from '../../src/store/repository-types.js';
import { TEST_USER } from '../checkpoint/contexts.js';
import { git, makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';

function thrown(action: () => void): PitonError {
  try {
    action();
  } catch (error) {
    return error as PitonError;
  }
  throw new Error('it did not throw');
}

function repositoryAt(directory: string): Repository {
  const repository = findRepository(directory, TEST_USER);
  if (repository === null) throw new Error('no repository');
  return repository;
}

describe('the guard against operations of git', () => {
  const NAMES = {
    MERGE_HEAD: 'merge',
    'rebase-merge': 'rebase',
    'rebase-apply': 'rebase',
    CHERRY_PICK_HEAD: 'cherry-pick',
    REVERT_HEAD: 'revert',
  };

  for (const [name, operation] of Object.entries(NAMES)) {
    it(`takes ${name} for a ${operation}, also when it is a link to nowhere`, () => {
      const gitDir = tempDirectory();
      assertNoOperationInProgress(gitDir);
      symlinkSync('nowhere', join(gitDir, name));
      const error = thrown(() => {
        assertNoOperationInProgress(gitDir);
      });
      expect(error).to.deep.include({ code: 'OPERATION_IN_PROGRESS', details: { operation } });
      expect(error.hint).to.contain(`git ${operation} --abort`);
    });
  }
});

describe('the guard against moving a branch under another worktree', () => {
  function twoWorktrees(): { main: Repository; linked: Repository } {
    const root = makeRepository();
    git(root, 'commit', '-q', '--allow-empty', '-m', 'first');
    const linked = join(tempDirectory(), 'linked');
    git(root, 'worktree', 'add', '-q', '-b', 'side', linked);
    return { main: repositoryAt(root), linked: repositoryAt(linked) };
  }

  function refused(ref: string, repository: Repository): boolean {
    try {
      assertNotCheckedOutElsewhere(ref, repository);
      return false;
    } catch (error) {
      expect(error).to.include({ code: 'OPERATION_IN_PROGRESS' });
      return true;
    }
  }

  it('knows what the other one has, seen from both', () => {
    const { main, linked } = twoWorktrees();
    const refs = ['refs/heads/main', 'refs/heads/side', 'refs/heads/other'];
    expect(refs.map((ref) => refused(ref, main))).to.deep.equal([false, true, false]);
    expect(refs.map((ref) => refused(ref, linked))).to.deep.equal([true, false, false]);
  });

  it('takes a detached worktree for one without a branch', () => {
    const { main, linked } = twoWorktrees();
    git(linked.root, 'checkout', '-q', '--detach');
    expect(refused('refs/heads/side', main)).to.equal(false);
  });

  it('passes over a worktree whose HEAD is gone', () => {
    const { main, linked } = twoWorktrees();
    rmSync(join(linked.gitDir, 'HEAD'));
    expect(refused('refs/heads/side', main)).to.equal(false);
  });

  it('waits for no FIFO and believes no folder where HEAD should be', () => {
    const { main, linked } = twoWorktrees();
    rmSync(join(linked.gitDir, 'HEAD'));
    mkdirSync(join(linked.gitDir, 'HEAD'));
    const error = thrown(() => {
      assertNotCheckedOutElsewhere('refs/heads/side', main);
    });
    expect(error).to.include({ code: 'STATE_DAMAGED' });
  });

  it('does not take worktrees that cannot be listed for none', () => {
    const root = makeRepository();
    writeFileSync(join(root, '.git', 'worktrees'), '');
    const error = thrown(() => {
      assertNotCheckedOutElsewhere('refs/heads/main', repositoryAt(root));
    });
    expect(error).to.include({ code: 'ENOTDIR' });
  });
});
