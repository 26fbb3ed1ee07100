import { SYSTEM_CLOCK } from '../core/clock.js';
import { PitonError, systemErrorCode, toPitonError } from '../core/errors.js';
import { Interruption, STOP_SIGNALS } from './interruption.js';
import { runCli } from './run-cli.js';
import type { Surroundings } from './surroundings.js';

/** Runs the command line on this process: its streams, environment and signals. */
export async function runInProcess(
  argv: readonly string[],
  openWorkspace: Surroundings['openWorkspace'],
): Promise<void> {
  const stop = new AbortController();
  const forcedStop = new AbortController();
  for (const signal of STOP_SIGNALS) {
    process.on(signal, () => {
      const next = stop.signal.aborted ? forcedStop : stop;
      next.abort(new Interruption(signal));
    });
  }
  // What nobody caught is told like any other failure, as the one document that is promised.
  const tell = (error: Error): void => forcedStop.abort(toPitonError(error));
  process.on('uncaughtException', tell);
  process.exitCode = await runCli({
    argv,
    env: process.env,
    cwd: currentFolder,
    stdin: () => process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    clock: SYSTEM_CLOCK,
    stop: stop.signal,
    forcedStop: forcedStop.signal,
    openWorkspace,
  });
  process.off('uncaughtException', tell);
  // Work that was not waited for must not keep the process from ending.
  if (forcedStop.signal.aborted) process.exit();
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
