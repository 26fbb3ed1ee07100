import { isatty } from 'node:tty';
import { SYSTEM_CLOCK } from '../core/clock.js';
import { PitonError, systemErrorCode, toPitonError } from '../core/errors.js';
import { runCli } from './run-cli.js';
import { Signals } from './signals.js';
import type { Surroundings } from './surroundings.js';

/** Runs the command line on this process: its streams, environment and signals. */
export async function runInProcess(
  argv: readonly string[],
  library: Pick<Surroundings, 'openWorkspace' | 'runHook'>,
): Promise<void> {
  const signals = new Signals(process);
  // What nobody caught is told like any other failure, as the one document that is promised.
  const tell = (error: Error): void => signals.fail(toPitonError(error));
  process.on('uncaughtException', tell);
  process.exitCode = await runCli({
    argv,
    env: process.env,
    cwd: currentFolder,
    stdin: () => process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    isAttended: isatty(0) && isatty(2),
    clock: SYSTEM_CLOCK,
    stop: signals.stop,
    forcedStop: signals.forcedStop,
    runProgram: async (request) => {
      const { runProgram } = await import('./run-program.js');
      return runProgram(request, { signals, env: process.env, terminal: [0, 1, 2].some(isatty) });
    },
    program: [process.execPath, ...process.argv.slice(1, 2)],
    ...library,
  });
  process.off('uncaughtException', tell);
  // Work that was not waited for must not keep the process from ending.
  if (signals.forcedStop.aborted) process.exit();
}

function currentFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    throw new PitonError('WORKSPACE_MISSING', 'the current folder does not exist any more', {
      hint: 'go to another folder',
      cause: error,
    });
  }
}
