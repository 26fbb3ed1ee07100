import { existsSync } from 'node:fs';
import type { Options, ResultPromise } from 'execa';
import { PitonError } from '../core/errors.js';
import { gitEnvironment } from './git-environment.js';
import type { GitSurroundings } from './git-environment.js';
import type { GitProgram } from './git-program.js';
import { isolateRepository } from './isolated-repository.js';
import { killGroup } from './kill-group.js';
import { ProcessTree } from './process-tree.js';

/** What every run of git has in common; it cannot be overridden. */
interface FixedOptions {
  cwd: string;
  env: Record<string, string>;
  extendEnv: false;
  encoding: 'buffer';
  stripFinalNewline: false;
  reject: false;
  detached: boolean;
  cleanup: false;
}

export interface SpawnedGit<T extends Options> {
  /** Resolves when git has ended, however. */
  subprocess: ResultPromise<T & FixedOptions>;
  /** Ends git and all that it started: asked first, then by force. */
  stop: () => void;
  /** To be called once git has ended. */
  cleanUp: () => void;
}

const GRACE_MS = 2_000;

/**
 * Starts git in a world of its own: see `gitEnvironment` and `isolateRepository`.
 * @throws {PitonError} `WORKSPACE_MISSING` when the folder to run it in is gone.
 */
export async function spawnGit<T extends Options>(
  program: GitProgram,
  args: readonly string[],
  surroundings: GitSurroundings,
  options: T,
): Promise<SpawnedGit<T>> {
  // Loading it takes longer than many a command.
  const { execa } = await import('execa');
  const { repository, workTree } = surroundings;
  const cwd = workTree ?? repository?.gitDir ?? '/';
  if (!existsSync(cwd)) throw workspaceMissing(cwd);
  const isolated =
    repository === undefined ? null : isolateRepository(repository, program.temporaryFolder);
  const asks = surroundings.remote?.asks === true;
  const fixed: FixedOptions = {
    cwd,
    env: gitEnvironment(program, surroundings, isolated),
    extendEnv: false,
    encoding: 'buffer',
    stripFinalNewline: false,
    reject: false,
    // A process group of its own, so that what git starts can be ended with it. It has no terminal.
    detached: !asks,
    cleanup: false,
  };
  const subprocess = execa(program.file, ['--no-pager', ...args], { ...options, ...fixed });
  const tree = new ProcessTree(subprocess.pid);
  const send = (signal: NodeJS.Signals): void => {
    if (asks) tree.send(signal);
    else killGroup(subprocess.pid, signal);
  };
  let force: NodeJS.Timeout | undefined;
  return {
    subprocess,
    stop: () => {
      send('SIGTERM');
      force ??= setTimeout(() => send('SIGKILL'), GRACE_MS);
    },
    cleanUp: () => {
      if (force !== undefined) {
        clearTimeout(force);
        // Git has ended; what it had started may not have listened.
        send('SIGKILL');
      }
      isolated?.remove();
    },
  };
}

function workspaceMissing(path: string): PitonError {
  return new PitonError('WORKSPACE_MISSING', `${path} is gone`, {
    hint: 'go to a folder inside a workspace, or name one',
    details: { path },
  });
}
