import { join } from 'node:path';
import { PitonError } from '../core/errors.js';
import { DEFAULTS } from '../core/limits.js';
import { namesIn } from '../disk/names-in.js';
import type { GitProgram } from '../process/git-program.js';
import { runGit } from '../process/run-git.js';
import { readExtensions } from '../store/repository/repository-format.js';
import type { Repository } from '../store/repository-types.js';
import { pruneExpiry } from './prune-expiry.js';

/** Words and numbers of core.sharedRepository in git-config(1). */
const SHARED = /^(?:umask|group|all|world|everybody|true|false|0?[0-7]{1,3})$/;

function hasPromisedObjects(commonDir: string): boolean {
  const packs = namesIn(join(commonDir, 'objects/pack'));
  return packs.some((name) => name.endsWith('.promisor'));
}

/**
 * What git is told, since it does not read the workspace's config. Reflogs and worktrees are the
 * user's: nothing of them expires here, whatever git's defaults say.
 */
function settingsFor({ config }: Repository): Record<string, string> {
  const shared = config.get('core.sharedrepository') ?? '';
  return {
    'gc.reflogExpire': 'never',
    'gc.reflogExpireUnreachable': 'never',
    'gc.worktreePruneExpire': 'never',
    'gc.pruneExpire': pruneExpiry(config),
    ...(SHARED.test(shared) && { 'core.sharedRepository': shared }),
  };
}

/**
 * Has git pack what is referred to and delete what nothing has referred to for two weeks, or for
 * as long as the user's config says. It takes no lock of piton's: git keeps everything that refs,
 * reflogs, HEAD and the staging area of any worktree lead to, and all that is new.
 * @throws {PitonError} `UNSUPPORTED_REPOSITORY` for a partial clone, of which git could not tell
 * what is missing from what was promised; `GIT_FAILED`.
 */
export async function collectGarbage(
  program: GitProgram,
  repository: Repository,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { gitDir, commonDir } = repository;
  if (hasPromisedObjects(commonDir)) {
    throw new PitonError('UNSUPPORTED_REPOSITORY', 'the repository is a partial clone', {
      hint: "run 'git gc' in it: git knows where the objects that are missing come from",
    });
  }
  await runGit(program, {
    repository: { gitDir, commonDir, extensions: readExtensions(commonDir) },
    config: settingsFor(repository),
    args: ['gc', '--quiet'],
    timeoutMs: DEFAULTS.gcTimeoutMs,
    signal,
  });
}
