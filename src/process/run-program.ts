import { constants } from 'node:os';

/** A program of the user's, run as it would be without piton. */
export interface ProgramCall {
  /** The program, looked up in `env.PATH`, and its arguments. */
  command: readonly [string, ...string[]];
  cwd: string;
  /** Its whole environment. */
  env: NodeJS.ProcessEnv;
  /** Whether it gets this process's own standard streams, or none. */
  stdio: 'inherit' | 'ignore';
}

/** How a program ended. */
export interface ProgramEnd {
  /** Null when a signal ended it, or it was never started. */
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** The system's error code when it could not be started, such as `ENOENT`. */
  notStarted: string | null;
}

export interface RunningProgram {
  /** Sends it a signal; harmless when it has ended. */
  send: (signal: NodeJS.Signals) => void;
  /** Does not wait for what it may have left running. */
  ended: Promise<ProgramEnd>;
}

/** Starts a program of the user's. It stays in piton's process group, as a shell's would. */
export async function startProgram(call: ProgramCall): Promise<RunningProgram> {
  const { execa } = await import('execa');
  const [file, ...args] = call.command;
  const { cwd, env, stdio } = call;
  const subprocess = execa(file, args, {
    ...{ cwd, env, stdio },
    extendEnv: false,
    buffer: false,
    reject: false,
    cleanup: false,
  });
  return {
    send: (signal) => void subprocess.kill(signal),
    ended: subprocess.then(({ exitCode, signal, code }) => ({
      exitCode: exitCode ?? null,
      signal: signal ?? null,
      notStarted: exitCode === undefined && signal === undefined ? (code ?? 'EINVAL') : null,
    })),
  };
}

/** The exit code that a shell gives for it: 128 + n for a signal, 127 or 126 when not started. */
export function exitCodeOf({ exitCode, signal, notStarted }: ProgramEnd): number {
  if (notStarted !== null) return notStarted === 'ENOENT' ? 127 : 126;
  return exitCode ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}
