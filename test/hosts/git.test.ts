import { expect } from 'chai';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertFsckClean } from '../helpers/git.js';
import { installPiton, piton, reasons, run, type Installed } from './installed.js';

const HOOKS = [
  ...['pre-commit', 'pre-merge-commit', 'post-commit', 'pre-rebase', 'post-rewrite'],
  ...['post-checkout', 'post-merge', 'pre-push', 'pre-applypatch', 'post-applypatch'],
];

interface Place {
  user: Installed;
  root: string;
  git: (...args: string[]) => string;
  put: (name: string, content: string) => void;
}

function place(): Place {
  const user = installPiton();
  const root = join(user.home, 'w');
  mkdirSync(root);
  const git = (...args: string[]): string => {
    const ended = run(user, root, ['git', ...args]);
    expect(ended.status, `git ${args.join(' ')}: ${ended.stderr}`).to.equal(0);
    return ended.stdout;
  };
  const put = (name: string, content: string): void => writeFileSync(join(root, name), content);
  git('init', '-q', '-b', 'main');
  put('a', 'one\n');
  git('add', 'a');
  return { user, root, git, put };
}

describe('hosts: git', () => {
  it('runs them at commits, checkouts, merges, rebases, patches and pushes', () => {
    const { user, root, git, put } = place();
    piton(user, root, 'hooks', 'install', '--git', ...HOOKS);
    git('commit', '-q', '-m', 'one');
    git('checkout', '-q', '-b', 'side');
    put('b', 'side\n');
    git('add', 'b');
    git('commit', '-q', '-m', 'side');
    git('checkout', '-q', 'main');
    put('a', 'two\n');
    git('commit', '-q', '-a', '-m', 'two');
    git('merge', '-q', '--no-edit', 'side');
    git('checkout', '-q', '-b', 'later', 'side');
    put('c', 'later\n');
    git('add', 'c');
    git('commit', '-q', '-m', 'later');
    put('note', 'not in git\n');
    git('rebase', '-q', 'main');
    const patch = git('format-patch', '-q', '-1', '--stdout', 'later');
    git('checkout', '-q', 'main');
    expect(run(user, root, ['git', 'am', '-q'], patch).status).to.equal(0);
    git('init', '-q', '--bare', '../r.git');
    put('note', 'before the push\n');
    git('push', '-q', '../r.git', 'main');
    const taken = reasons(user, root).join('\n');
    for (const hook of ['pre-commit', 'post-commit', 'pre-rebase', 'post-rewrite']) {
      expect(taken).to.contain(`(git ${hook})`);
    }
    for (const hook of [
      'post-checkout',
      'post-merge',
      'pre-merge-commit',
      'pre-applypatch',
      'pre-push',
    ]) {
      expect(taken).to.contain(`(git ${hook})`);
    }
    expect(existsSync(join(root, '.git/piton/log/hooks.log'))).to.equal(false);
    expect(git('status', '--porcelain')).to.equal('?? note\n');
    assertFsckClean(root);
  });

  it('commits what it was told to, with the lock of its staging area held', () => {
    const { user, root, git, put } = place();
    piton(user, root, 'hooks', 'install', 'pre-commit');
    git('commit', '-q', '-m', 'one');
    put('a', 'two\n');
    put('b', 'staged\n');
    git('add', 'b');
    // A staging area of its own, by GIT_INDEX_FILE: only `a` is committed.
    git('commit', '-q', '-m', 'two', 'a');
    expect(git('show', '--name-only', '--format=')).to.equal('a\n');
    expect(git('status', '--porcelain')).to.equal('A  b\n');
    expect(reasons(user, root)).to.have.length(2);
    expect(existsSync(join(root, '.git/index.lock'))).to.equal(false);
  });

  it('goes where it stands, whatever repository its variables name', () => {
    const { user, root } = place();
    const other = join(user.home, 'other');
    mkdirSync(other);
    run(user, other, ['git', 'init', '-q']);
    const line = 'piton hooks run git pre-commit';
    const env = { ...user.env, GIT_DIR: join(other, '.git'), GIT_WORK_TREE: other };
    expect(run({ ...user, env }, root, ['sh', '-c', line]).status).to.equal(0);
    expect(existsSync(join(other, '.git/piton'))).to.equal(false);
    expect(reasons(user, root)).to.have.length(1);
  });

  it('commits although piton fails or is gone, unless it is strict', () => {
    const { user, root, git, put } = place();
    const hook = join(root, '.git/hooks/pre-commit');
    piton(user, root, 'hooks', 'install', 'pre-commit');
    rmSync(join(root, '.git/piton'), { recursive: true, force: true });
    writeFileSync(join(root, '.git/piton'), '');
    git('commit', '-q', '-m', 'one');
    const script = readFileSync(hook, 'utf8');
    writeFileSync(hook, script.replaceAll('piton hooks', 'gone hooks'));
    put('a', 'two\n');
    git('commit', '-q', '-a', '-m', 'two');
    writeFileSync(hook, script);
    rmSync(join(root, '.git/piton'));
    piton(user, root, 'hooks', 'install', 'pre-commit', '--strict');
    writeFileSync(join(root, '.git/piton'), '');
    put('a', 'three\n');
    const refused = run(user, root, ['git', 'commit', '-q', '-a', '-m', 'three']);
    expect(refused.status).to.equal(1);
    expect(refused.stderr).to.match(/^error: /);
    rmSync(join(root, '.git/piton'));
    git('commit', '-q', '-a', '-m', 'three');
  });

  it('runs the script of the user as before, with its input and its exit code', () => {
    const { user, root, git } = place();
    const hook = join(root, '.git/hooks/pre-push');
    git('commit', '-q', '-m', 'one');
    git('init', '-q', '--bare', '../r.git');
    writeFileSync(hook, '#!/bin/sh -eu\ncat > "$HOME/seen"\nexec false\n');
    chmodSync(hook, 0o755);
    piton(user, root, 'hooks', 'install', 'pre-push');
    expect(run(user, root, ['git', 'push', '-q', '../r.git', 'main']).status).to.equal(1);
    expect(readFileSync(join(user.home, 'seen'), 'utf8')).to.match(/^refs\/heads\/main /);
    expect(reasons(user, root)).to.deep.equal(['before a push (git pre-push)']);
  });
});
