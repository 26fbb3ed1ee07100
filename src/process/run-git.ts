import { DEFAULTS, LIMITS } from '../core/limits.js';
import { gitFailure } from './git-failure.js';
import type { GitSurroundings } from './git-environment.js';
import type { GitProgram } from './git-program.js';
import { spawnGit } from './spawn-git.js';

/**
 * One run of git. `args` begins with the command, which must be one that does not enter
 * submodules: their own config is not kept from it. What users name comes after `--`.
 */
export interface GitCall extends GitSurroundings {
  args: readonly string[];
  /** What git reads from its standard input; without it that is empty. */
  input?: string | Uint8Array | undefined;
  /** After this many milliseconds git is ended. */
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Bytes of output after which git is ended. */
  maxBytes?: number | undefined;
  /** Other exit codes than 0 that are answers and not failures. */
  allowedExitCodes?: readonly number[] | undefined;
}

export interface GitResult {
  exitCode: number;
  stdout: Buffer;
  stderr: Buffer;
}

/**
 * Runs git and waits for its end, also when it is stopped: nothing of it goes on afterwards.
 * @throws {PitonError} `GIT_REQUIRED` without a git program; `GIT_FAILED` with `details` `args`,
 * `exit_code`, `signal`, `timed_out`, `stderr`; whatever `signal.reason` is when aborted.
 */
export async function runGit(program: GitProgram, call: GitCall): Promise<GitResult> {
  call.signal?.throwIfAborted();
  const { subprocess, stop, cleanUp } = await spawnGit(program, call.args, call, {
    ...(call.input === undefined ? { stdin: 'ignore' } : { input: call.input }),
    maxBuffer: call.maxBytes ?? LIMITS.gitOutputBytes,
  });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    stop();
  }, call.timeoutMs ?? DEFAULTS.gitTimeoutMs);
  call.signal?.addEventListener('abort', stop);
  // The abort may have come while git was being started.
  if (call.signal?.aborted === true) stop();
  try {
    const end = await subprocess;
    call.signal?.throwIfAborted();
    const { exitCode = -1 } = end;
    const allowed = [0, ...(call.allowedExitCodes ?? [])];
    if (timedOut || end.isMaxBuffer || !allowed.includes(exitCode)) {
      throw gitFailure(program, call.args, end, timedOut);
    }
    return { exitCode, stdout: asBuffer(end.stdout), stderr: asBuffer(end.stderr) };
  } finally {
    clearTimeout(timer);
    call.signal?.removeEventListener('abort', stop);
    cleanUp();
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
