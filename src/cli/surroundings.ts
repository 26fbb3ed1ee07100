import type { Readable, Writable } from 'node:stream';
import type { HookRunData } from '../api/hook-data.js';
import type { HookRunOptions, OpenOptions } from '../api/types.js';
import type { Workspace } from '../api/workspace.js';
import type { Clock } from '../core/clock.js';
import type { ProgramEnd } from '../process/run-program.js';
import type { ProgramRequest } from './run-program.js';

/** Everything of the process that the command line touches, so that tests can hand in their own. */
export interface Surroundings {
  /** Without the program's own name. */
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  cwd: () => string;
  stdin: () => Readable & { isTTY?: boolean };
  stdout: OutputStream;
  stderr: OutputStream;
  /** Whether somebody sits at a terminal, to read standard error and to write standard input. */
  isAttended: boolean;
  clock: Clock;
  /** Aborted with an `Interruption` when the user wants a clean stop. */
  stop: AbortSignal;
  /** Aborted likewise when the user does not want to wait for it any more. */
  forcedStop: AbortSignal;
  runProgram: (request: ProgramRequest) => Promise<ProgramEnd>;
  /** How this very piton is started: a program and its first arguments. */
  program: readonly string[];
  runHook: (open: OpenOptions, options: HookRunOptions) => Promise<HookRunData>;
  openWorkspace: (options: OpenOptions) => Promise<Workspace>;
}

export type OutputStream = Writable & { isTTY?: boolean; columns?: number };
