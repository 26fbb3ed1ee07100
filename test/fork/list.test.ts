import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { linkedWorktrees } from '../../src/fork/list.js';
import { git, makeRepository, TEST_HOME } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';

const USER = { home: TEST_HOME, configHome: join(TEST_HOME, '.config'), systemConfig: null };

describe('linkedWorktrees', () => {
  it('gives those that are in their places', () => {
    const root = makeRepository();
    expect(linkedWorktrees(join(root, '.git'), USER)).to.deep.equal([]);
    git(root, 'commit', '-q', '--allow-empty', '-m', 'first');
    const path = join(tempDirectory(), 'linked');
    git(root, 'worktree', 'add', '-q', path);
    const worktrees = join(root, '.git/worktrees');
    mkdirSync(join(worktrees, 'empty'));
    mkdirSync(join(worktrees, 'wrong'));
    writeFileSync(join(worktrees, 'wrong/gitdir'), `${join(root, '.git')}\n`);
    mkdirSync(join(worktrees, 'gone'));
    writeFileSync(join(worktrees, 'gone/gitdir'), '/nowhere/at/all/.git\n');
    mkdirSync(join(worktrees, 'odd/gitdir'), { recursive: true });
    writeFileSync(join(worktrees, 'file'), '');
    const found = linkedWorktrees(join(root, '.git'), USER);
    expect(found.map(({ root: at }) => at)).to.deep.equal([path]);
  });
});
