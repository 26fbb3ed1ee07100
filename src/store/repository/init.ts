import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SYSTEM_CLOCK } from '../../core/clock.js';
import type { Clock } from '../../core/clock.js';
import { PitonError, systemErrorCode } from '../../core/errors.js';
import { syncDirectory } from '../../disk/atomic-write.js';
import { processExists } from '../../disk/process-identity.js';
import { loadConfig } from '../config/load-config.js';
import type { Repository, UserFiles } from '../repository-types.js';
import { findRepository, realFolder } from './discover.js';
import { isRefName } from './ref-name.js';
import { unsupported } from './unsupported.js';

const LEFTOVER = /^\.git\.piton-([1-9]\d{0,9})-[0-9a-f]{16}$/;
const LEFTOVER_AGE_MS = 60 * 60_000;
const TAKEN = new Set(['ENOTEMPTY', 'EEXIST', 'ENOTDIR']);

/**
 * Makes an empty repository in a folder that has none, as `git init -b main` with an empty template
 * does; `init.defaultBranch` of the user's own config is honoured. It appears in one step, and when
 * another process was first, theirs is used. What a killed run left is removed by the next one, at
 * once when its process is gone and after an hour in any case.
 * @throws {PitonError} `USAGE` when `init.defaultBranch` is no branch name;
 * `UNSUPPORTED_REPOSITORY` when a `.git` is in the way; `WORKSPACE_MISSING`
 */
export async function initRepository(
  directory: string,
  user: UserFiles,
  clock: Clock = SYSTEM_CLOCK,
): Promise<Repository> {
  const root = realFolder(directory);
  const branch = defaultBranch(user);
  sweepLeftovers(root, clock);
  const temp = join(root, `.git.piton-${process.pid}-${randomBytes(8).toString('hex')}`);
  try {
    // Loaded only here: most runs find a repository and need nothing of it.
    const { createGitDir } = await import('../embedded/create-git-dir.js');
    await createGitDir(root, temp, branch);
    moveIntoPlace(temp, join(root, '.git'));
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
  syncDirectory(root);
  const made = findRepository(root, user);
  if (made?.root === root) return made;
  const path = join(root, '.git');
  throw unsupported(`${path} is in the way and is no repository`, `move ${path} aside`, path);
}

/** Leaves what is there alone; the caller looks whether it is a repository. */
function moveIntoPlace(temp: string, path: string): void {
  try {
    renameSync(temp, path);
  } catch (error) {
    if (!TAKEN.has(systemErrorCode(error) ?? '')) throw error;
  }
}

function defaultBranch(user: UserFiles): string {
  const global = [join(user.configHome, 'git/config'), join(user.home, '.gitconfig')];
  const files = { system: user.systemConfig, global, repo: null, worktree: null };
  const config = loadConfig(files, { home: user.home, gitDir: null });
  const branch = config.get('init.defaultbranch') ?? 'main';
  // As git's strbuf_check_branch_ref: these two would be taken for something else.
  const misleading = branch.startsWith('-') || branch === 'HEAD';
  if (isRefName(`refs/heads/${branch}`) && !misleading) return branch;
  throw new PitonError('USAGE', `init.defaultBranch is no branch name: ${branch}`, {
    hint: 'set init.defaultBranch in your git config to a valid name, such as main',
    details: { value: branch },
  });
}

function sweepLeftovers(root: string, clock: Clock): void {
  for (const name of readdirSync(root)) {
    const pid = LEFTOVER.exec(name)?.[1];
    if (pid === undefined) continue;
    const path = join(root, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() !== true) continue;
    const isOld = stat.mtimeMs < clock.now() - LEFTOVER_AGE_MS;
    if (isOld || !processExists(Number(pid))) rmSync(path, { recursive: true, force: true });
  }
}
