import { resolve } from 'node:path';
import { toPitonError } from '../core/errors.js';
import type { Outcome } from './command.js';
import { failureOf } from './interruption.js';
import { Report, type Manner } from './report.js';
import type { Surroundings } from './surroundings.js';
import { directoryOf } from './settings.js';
import { understand, type Request } from './understand.js';
import { work } from './work.js';

/**
 * Runs one command: understands the arguments, does the work, tells how it went.
 * @returns the exit code; whatever goes wrong is told and never thrown
 */
export async function runCli(surroundings: Surroundings): Promise<number> {
  const { argv, stop, forcedStop } = surroundings;
  const report = new Report(surroundings, mannerBefore(argv));
  let exitCode: number;
  try {
    const outcome = await unlessAborted(perform(surroundings, report), forcedStop);
    report.progress.clear();
    exitCode = await report.finish(outcome);
  } catch (error) {
    report.progress.clear();
    exitCode = await report.fail(failureOf(error, stop));
  }
  // A full disk, for one: what was done is done, but whoever waits for the output lacks it.
  const { lostOutput } = report;
  if (lostOutput === undefined) return exitCode;
  const lost = await report.complain(toPitonError(lostOutput));
  return exitCode === 0 ? lost : exitCode;
}

async function perform(surroundings: Surroundings, report: Report): Promise<Outcome> {
  const request = await understand(surroundings, (name, leavesOutput) => {
    report.command = name;
    if (leavesOutput) report.leaveOutput();
  });
  if (request.kind === 'run') {
    const { isLasting } = request.prepared;
    report.begin(request.globals, reportPath(request, surroundings), isLasting);
    return work(request, surroundings, report);
  }
  // What it tells is piton's own, whichever command it is about.
  report.takeOutput();
  report.command = request.name;
  return request.outcome;
}

function reportPath(
  { globals, prepared }: Extract<Request, { kind: 'run' }>,
  { cwd }: Surroundings,
): string | undefined {
  const { reportFile } = prepared;
  return reportFile === undefined ? undefined : resolve(directoryOf(globals, cwd()), reportFile);
}

async function unlessAborted<T>(working: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  return Promise.race([working, aborted]);
}

/** How to tell of what is wrong with the arguments, before they are understood. */
function mannerBefore(argv: readonly string[]): Manner {
  const end = argv.indexOf('--');
  const options = new Set(end < 0 ? argv : argv.slice(0, end));
  return {
    json: options.has('--json'),
    quiet: false,
    verbose: options.has('--verbose') || options.has('-v'),
    'no-color': options.has('--no-color'),
  };
}
