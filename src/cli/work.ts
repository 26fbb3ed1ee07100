import type { Context, Outcome } from './command.js';
import type { GlobalValues } from './global-options.js';
import type { Report } from './report.js';
import { directoryOf, openOptions } from './settings.js';
import type { Surroundings } from './surroundings.js';
import type { Request } from './understand.js';

/**
 * Does what was asked in the workspace that the user stands in.
 * @throws {PitonError} whatever the library throws
 */
export async function work(
  { entry, globals, prepared }: Extract<Request, { kind: 'run' }>,
  surroundings: Surroundings,
  report: Report,
): Promise<Outcome> {
  const directory = directoryOf(globals, surroundings.cwd());
  const workspace = await surroundings.openWorkspace({
    ...openOptions(globals, surroundings.env, directory),
    command: `piton ${entry.words}`,
    clock: surroundings.clock,
    onWarning: (warning) => report.warn(warning),
  });
  try {
    const context = { workspace, directory, ...around(globals, surroundings, report) };
    return await prepared.run(context);
  } finally {
    await workspace.close();
  }
}

function around(
  { json, yes }: GlobalValues,
  { stdin, stdout, stderr, stop, runProgram }: Surroundings,
  report: Report,
): Omit<Context, 'workspace' | 'directory'> {
  return {
    operation: { signal: stop, onProgress: (progress) => report.progress.show(progress) },
    json,
    yes,
    stdin,
    stdout,
    takeWarnings: () => report.takeWarnings(),
    runProgram: async (request) => {
      report.progress.clear();
      return runProgram(request);
    },
    confirm: async (question) => {
      report.progress.clear();
      const { confirm } = await import('./confirm.js');
      return confirm(question, stdin(), stderr, stop);
    },
  };
}
