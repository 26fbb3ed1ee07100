import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { systemErrorCode } from '../core/errors.js';
import { gitEnvironment } from './git-environment.js';
import { gitFailure } from './git-failure.js';
import type { GitEnd } from './git-failure.js';
import type { GitProgram } from './git-program.js';
import { killGroup } from './kill-group.js';

const ARGS = ['version'];
const LONGEST_ANSWER_BYTES = 4_096;
const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * What `git version` says. The one program that is started without execa: many a command starts no
 * other, and loading execa takes longer than all else that such a command does.
 * @throws {PitonError} as `runGit`.
 */
export async function askVersion(
  program: GitProgram,
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Promise<string> {
  const git = spawn(program.file, ARGS, {
    cwd: '/',
    env: gitEnvironment(program, {}, null),
    // A process group of its own, so that whatever passes for git is ended with all it started.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  let isMaxBuffer = false;
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup(git.pid, 'SIGKILL');
  }, timeoutMs);
  for (const name of ['stdout', 'stderr'] as const) {
    git[name].on('data', (chunk: Buffer) => {
      said[name] += chunk.toString();
      if (isMaxBuffer || said[name].length <= LONGEST_ANSWER_BYTES) return;
      isMaxBuffer = true;
      killGroup(git.pid, 'SIGKILL');
    });
  }
  const end = await endOf(git);
  clearTimeout(timer);
  if (end.exitCode === 0 && !isMaxBuffer) return said.stdout;
  const stderr = Buffer.from(said.stderr);
  throw gitFailure(program, ARGS, { ...end, isMaxBuffer, stderr }, timedOut);
}

function endOf(child: ChildProcess): Promise<Pick<GitEnd, 'exitCode' | 'code' | 'signal'>> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve({ code: systemErrorCode(error) });
    });
    child.once('close', (exitCode, signal) => {
      resolve({ exitCode: exitCode ?? undefined, signal: signal ?? undefined });
    });
  });
}
