import { resolve } from 'node:path';
import { PitonError } from '../core/errors.js';
import { expandHome } from '../store/config/expand-home.js';
import type { Repository } from '../store/repository-types.js';
import type { HookPlace } from './hook-file.js';

/** Where git looks for the hooks of a repository, or where what it finds there leads on to. */
export interface GitHookFolder {
  place: (event: string) => HookPlace;
  /** `husky`: a folder of scripts that husky has run with sh; they need no permission to run. */
  kind: 'own' | 'checked_in' | 'husky';
}

/**
 * The folder in which the scripts of a repository's hooks lie: `core.hooksPath`, or `hooks` in the
 * common dir. See git-config(1), and for `.husky/_` the scripts that husky 9 makes there, which
 * run those of the folder above and are made anew by every installation of packages.
 * @throws {PitonError} `UNSUPPORTED_REPOSITORY` when it is outside workspace and git dir: it is
 * then that of all repositories, or the config is hostile
 */
export function gitHookFolder(repository: Repository, home: string): GitHookFolder {
  const { root, commonDir, config } = repository;
  const value = config.get('core.hookspath');
  if (value === undefined) return usualHookFolder(repository);
  const folder = resolve(root, expandHome(value, home) ?? value);
  const inGitDir = relativeBelow(commonDir, folder);
  if (inGitDir !== null) return folderAt(commonDir, inGitDir, 'own');
  const inWorkspace = value === '' ? null : relativeBelow(root, folder);
  if (inWorkspace === null) throw outside(value, folder, config.isFromRepository?.(HOOKS_PATH));
  const husky = /^((?:.*\/)?\.husky)\/_$/.exec(inWorkspace)?.[1];
  if (husky !== undefined) return folderAt(root, husky, 'husky');
  return folderAt(root, inWorkspace, 'checked_in');
}

/** Where git looks without `core.hooksPath`. */
export function usualHookFolder({ commonDir }: Repository): GitHookFolder {
  return folderAt(commonDir, 'hooks', 'own');
}

const HOOKS_PATH = 'core.hookspath';

function folderAt(base: string, below: string, kind: GitHookFolder['kind']): GitHookFolder {
  return { kind, place: (event) => ({ base, below: `${below}/${event}` }) };
}

function relativeBelow(base: string, path: string): string | null {
  return path.startsWith(`${base}/`) ? path.slice(base.length + 1) : null;
}

function outside(value: string, folder: string, own: boolean | undefined): PitonError {
  const whose = own === true ? "this repository's" : 'your own';
  const message = `core.hooksPath of ${whose} git config leads out of the workspace, to ${folder}`;
  return new PitonError('UNSUPPORTED_REPOSITORY', message, {
    hint:
      "call 'piton hooks run git <hook>' from the hooks there, or give this repository hooks of " +
      "its own: 'git config core.hooksPath .git/hooks'",
    details: { hooks_path: value },
  });
}
