import { lstatSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PitonError } from '../../core/errors.js';
import { loadConfig } from '../config/load-config.js';
import type { Repository, UserFiles } from '../repository-types.js';
import { assertNoLinks } from './assert-no-links.js';
import { commonDirOf, isGitDirectory, readPathFile, realPath, resolveFrom } from './git-dir.js';
import { readRepositoryFormat } from './repository-format.js';
import type { RepositoryFormat } from './repository-format.js';
import { unsupported } from './unsupported.js';

interface Place {
  root: string;
  gitDir: string;
  commonDir: string;
  /** Whether `.git` is a file that names the git dir. */
  named: boolean;
}

/**
 * The repository whose worktree holds `start`, which is any folder inside; null when there is none
 * up to the root of the file system. The environment is never looked at.
 * @throws {PitonError} `WORKSPACE_MISSING` when `start` is no folder; `UNSUPPORTED_REPOSITORY` for
 * bare ones, for a start inside a git dir, and for one whose worktree or git dir is not what it
 * seems; `UNSAFE_PATH` when a folder of the git dir is a link
 */
export function findRepository(start: string, user: UserFiles): Repository | null {
  for (let directory = realFolder(start); ; directory = dirname(directory)) {
    const place = placeAt(directory);
    if (place !== null) return describe(place, user);
    if (isGitDirectory(directory)) throw insideGitDir(directory);
    if (dirname(directory) === directory) return null;
  }
}

/**
 * A folder's real path.
 * @throws {PitonError} `WORKSPACE_MISSING` when there is no such folder
 */
export function realFolder(path: string): string {
  const real = realPath(path);
  if (real !== null && lstatSync(real).isDirectory()) return real;
  throw new PitonError('WORKSPACE_MISSING', `there is no folder ${path}`, {
    hint: 'name a folder that exists',
    details: { path },
  });
}

function insideGitDir(directory: string): PitonError {
  if (basename(directory) === '.git') {
    const worktree = dirname(directory);
    return unsupported(
      `${directory} is a git dir, not a worktree`,
      `go to ${worktree} and try again`,
      directory,
    );
  }
  return bareRepository(directory);
}

function bareRepository(gitDir: string): PitonError {
  return unsupported(
    `${gitDir} is a git dir without files of its own`,
    'go to a worktree of it; `git worktree add` makes one',
    gitDir,
  );
}

function placeAt(root: string): Place | null {
  const path = join(root, '.git');
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  if (stat.isFile()) return namedPlace(root, path);
  if (!stat.isDirectory()) {
    throw unsupported(
      `${path} is neither a folder nor a plain file`,
      'piton follows no link to a git dir; use a .git file (gitdir: …) instead',
      path,
    );
  }
  if (!isGitDirectory(path)) return null;
  if (commonDirOf(path) !== path) {
    throw unsupported(
      `${path} shares the objects of another git dir`,
      'use a linked worktree instead: `git worktree add`',
      path,
    );
  }
  return { root, gitDir: path, commonDir: path, named: false };
}

function namedPlace(root: string, path: string): Place {
  const named = /^gitdir: (.+)$/s.exec(readPathFile(path) ?? '')?.[1];
  const gitDir = named === undefined ? null : resolveFrom(root, named);
  const commonDir = gitDir === null || !isGitDirectory(gitDir) ? null : commonDirOf(gitDir);
  if (gitDir !== null && commonDir !== null) return { root, gitDir, commonDir, named: true };
  throw unsupported(
    `${path} does not lead to a git dir`,
    'mend or remove it; `git worktree repair` mends a worktree that was moved',
    path,
  );
}

function describe(place: Place, user: UserFiles): Repository {
  const { root, gitDir, commonDir } = place;
  const format = readRepositoryFormat(commonDir, gitDir);
  const kind = kindOf(place, format);
  assertNoLinks(commonDir, gitDir);
  const config = loadConfig(
    {
      system: user.systemConfig,
      global: [join(user.configHome, 'git/config'), join(user.home, '.gitconfig')],
      repo: join(commonDir, 'config'),
      worktree: format.worktreeConfig ? join(gitDir, 'config.worktree') : null,
    },
    { home: user.home, gitDir },
  );
  const { algorithm, refStorage, unknownExtensions } = format;
  const stateDir = join(gitDir, 'piton');
  const dirs = { root, gitDir, commonDir, stateDir };
  return { ...dirs, kind, algorithm, refStorage, unknownExtensions, config };
}

/** Also sees to it that worktree and git dir belong together, which hostile files could deny. */
function kindOf(place: Place, format: RepositoryFormat): Repository['kind'] {
  const { root, gitDir, commonDir } = place;
  if (format.worktree !== undefined && resolveFrom(gitDir, format.worktree) !== root) {
    throw unsupported(
      `core.worktree of ${gitDir} does not lead to ${root}`,
      'go to the folder that core.worktree names, or unset it',
      gitDir,
    );
  }
  if (gitDir !== commonDir) {
    assertLinkedBack(place);
    return 'linked_worktree';
  }
  if (format.worktree === undefined && format.bare) throw bareRepository(gitDir);
  if (!place.named) return 'main';
  if (format.worktree !== undefined) return 'submodule';
  if (basename(gitDir) === '.git') {
    throw unsupported(
      `${join(root, '.git')} leads to the git dir of another worktree, ${dirname(gitDir)}`,
      'use a linked worktree instead: `git worktree add`',
      gitDir,
    );
  }
  return 'separate_git_dir';
}

/** Rule: gitrepository-layout(5), worktrees/<id>/gitdir. */
function assertLinkedBack({ root, gitDir, commonDir }: Place): void {
  const back = readPathFile(join(gitDir, 'gitdir')) ?? '';
  const isBelow = dirname(gitDir) === join(commonDir, 'worktrees');
  const pointsBack = basename(back) === '.git' && resolveFrom(gitDir, dirname(back)) === root;
  if (isBelow && pointsBack) return;
  throw unsupported(
    `${gitDir} is not the git dir of a worktree at ${root}`,
    'run `git worktree repair` in the main worktree',
    gitDir,
  );
}
