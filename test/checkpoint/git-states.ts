import { chmodSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineName } from '../../src/core/types.js';
import { git, makeRepository, tryGit } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';

export interface GitState {
  /** A worktree in that state; null where the git of the machine cannot do it. */
  make: () => string | null;
  engines: readonly EngineName[];
}

const BOTH = ['embedded', 'native'] as const;

function write(root: string, name: string, contents = name): void {
  mkdirSync(join(root, name, '..'), { recursive: true });
  writeFileSync(join(root, name), contents);
}

function commit(root: string, message: string, ...args: string[]): void {
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '-m', message, ...args);
}

/** Two commits, a tag, a hook that must not run, an exclude file and something untracked. */
function history(...initArgs: string[]): string {
  const root = makeRepository(...initArgs);
  write(root, 'a', 'one\n');
  write(root, 'd/b', 'b\n');
  commit(root, 'first');
  write(root, 'a', 'two\n');
  commit(root, 'second');
  git(root, 'tag', '-a', 'v1', '-m', 'v1');
  for (const hook of ['pre-commit', 'reference-transaction', 'post-index-change']) {
    write(root, `.git/hooks/${hook}`, `#!/bin/sh\necho ran >> "${root}/hook-ran"\nexit 1\n`);
    chmodSync(join(root, '.git/hooks', hook), 0o755);
  }
  write(root, '.git/info/exclude', '*.mine\n');
  write(root, 'x.mine');
  write(root, 'untracked');
  return root;
}

/** A branch that conflicts with `main`. */
function withConflict(): string {
  const root = history();
  git(root, '-c', 'core.hooksPath=/nowhere', 'checkout', '-q', '-b', 'other', 'HEAD^');
  write(root, 'a', 'three\n');
  git(root, '-c', 'core.hooksPath=/nowhere', 'commit', '-q', '-a', '-m', 'third');
  return root;
}

function withoutHooks(root: string, ...args: string[]): number {
  return tryGit(root, ['-c', 'core.hooksPath=/nowhere', ...args]).status;
}

function conflicting(...args: string[]): () => string {
  return () => {
    const root = withConflict();
    if (withoutHooks(root, ...args) === 0) throw new Error('there is no conflict');
    return root;
  };
}

function changed(change: (root: string) => void, ...initArgs: string[]): () => string {
  return () => {
    const root = history(...initArgs);
    change(root);
    return root;
  };
}

function both(make: () => string | null): GitState {
  return { make, engines: BOTH };
}

function nativeOnly(make: () => string | null): GitState {
  return { make, engines: ['native'] };
}

function withSubmodule(): string {
  const source = history();
  const root = history();
  withoutHooks(root, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', source, 'sub');
  write(root, 'sub/a', 'changed in the submodule\n');
  return root;
}

/** Worktrees in the states that git knows. */
export const GIT_STATES: Readonly<Record<string, GitState>> = {
  clean: both(() => history()),
  unborn: both(() => makeRepository()),
  'unborn, with staged files': both(() => {
    const root = makeRepository();
    write(root, 'a');
    git(root, 'add', 'a');
    return root;
  }),
  detached: both(changed((root) => withoutHooks(root, 'checkout', '-q', '--detach'))),
  'staged changes': both(
    changed((root) => {
      write(root, 'a', 'staged\n');
      write(root, 'new', 'staged\n');
      withoutHooks(root, 'add', 'a', 'new');
      write(root, 'a', 'not staged\n');
      withoutHooks(root, 'rm', '-q', '--cached', 'd/b');
    }),
  ),
  'a stash': both(
    changed((root) => {
      write(root, 'a', 'stashed\n');
      withoutHooks(root, 'stash', 'push', '-q');
    }),
  ),
  'a merge with conflicts': both(conflicting('merge', '-q', 'main')),
  'a rebase with conflicts': both(conflicting('rebase', '-q', 'main')),
  'a cherry-pick with conflicts': both(conflicting('cherry-pick', 'main')),
  'a bisection': both(
    changed((root) => {
      withoutHooks(root, 'bisect', 'start', 'HEAD', 'HEAD^');
    }),
  ),
  'a sparse checkout': both(
    changed((root) => {
      withoutHooks(root, 'sparse-checkout', 'set', '--no-cone', '/a');
    }),
  ),
  'a sparse index': both(
    changed((root) => {
      write(root, 'sub1/sub2/c', 'c');
      withoutHooks(root, 'add', '-A');
      withoutHooks(root, 'commit', '-q', '-m', 'c');
      withoutHooks(root, 'sparse-checkout', 'set', '--cone', '--sparse-index', 'd');
    }),
  ),
  'a split index': both(changed((root) => withoutHooks(root, 'update-index', '--split-index'))),
  'an untracked cache': both(
    changed((root) => withoutHooks(root, 'update-index', '--untracked-cache')),
  ),
  'intent to add': both(changed((root) => withoutHooks(root, 'add', '-N', 'untracked'))),
  'unchanged and skipped by decree': both(
    changed((root) => {
      withoutHooks(root, 'update-index', '--assume-unchanged', 'a');
      withoutHooks(root, 'update-index', '--skip-worktree', 'd/b');
      write(root, 'a', 'changed all the same\n');
    }),
  ),
  'index of version 4': both(
    changed((root) => withoutHooks(root, 'update-index', '--index-version', '4')),
  ),
  'packed refs and objects': both(changed((root) => withoutHooks(root, 'gc', '-q'))),
  'a linked worktree': both(() => {
    const root = history();
    const path = join(tempDirectory(), 'linked');
    withoutHooks(root, 'worktree', 'add', '-q', '-b', 'linked', path);
    write(path, 'a', 'changed\n');
    return path;
  }),
  'a linked worktree inside': both(
    changed((root) => withoutHooks(root, 'worktree', 'add', '-q', '--detach', 'sub')),
  ),
  'a submodule': both(withSubmodule),
  'inside a submodule': both(() => join(withSubmodule(), 'sub')),
  'a nested repository': both(
    changed((root) => {
      mkdirSync(join(root, 'sub'));
      git(join(root, 'sub'), 'init', '-q');
      write(root, 'sub/x');
      git(join(root, 'sub'), 'add', 'x');
    }),
  ),
  'a separate git dir': both(() => {
    const root = history();
    const gitDir = join(tempDirectory(), 'elsewhere');
    renameSync(join(root, '.git'), gitDir);
    writeFileSync(join(root, '.git'), `gitdir: ${gitDir}\n`);
    return root;
  }),
  'a shallow clone': both(() => {
    const root = join(tempDirectory(), 'clone');
    git(tempDirectory(), 'clone', '-q', '--depth=1', `file://${history()}`, root);
    write(root, 'a', 'changed\n');
    return root;
  }),
  'borrowed objects': both(() => {
    const root = join(tempDirectory(), 'clone');
    git(tempDirectory(), 'clone', '-q', '--shared', history(), root);
    write(root, 'a', 'changed\n');
    return root;
  }),
  'odd names and config': both(
    changed((root) => {
      write(root, 'new\nline');
      symlinkSync('/etc', join(root, 'link'));
      git(root, 'config', 'core.autocrlf', 'true');
      git(root, 'config', 'core.fsmonitor', `${root}/.git/hooks/pre-commit`);
      git(root, 'config', 'commit.gpgSign', 'true');
      git(root, 'config', 'user.useConfigOnly', 'true');
      git(root, 'config', 'gc.auto', '1');
    }),
  ),
  'SHA-256': nativeOnly(() => {
    const probe = tryGit(tempDirectory(), ['init', '-q', '--object-format=sha256']);
    return probe.status === 0 ? history('--object-format=sha256') : null;
  }),
};
