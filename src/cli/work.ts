import type { OpenOptions } from '../api/types.js';
import type { Workspace } from '../api/workspace.js';
import type { Outcome, Setting } from './command.js';
import type { GlobalValues } from './global-options.js';
import type { Report } from './report.js';
import { agentFoldersIn, directoryOf, openOptions, projectFoldersIn } from './settings.js';
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
  const { env, clock, program, stop, isAttended } = surroundings;
  const directory = directoryOf(globals, surroundings.cwd());
  const options: OpenOptions = {
    ...openOptions(globals, env, directory),
    command: `piton ${entry.words}`,
    program,
    agentFolders: agentFoldersIn(env),
    terminalPrompts: isAttended && !globals.yes,
    clock,
    onWarning: (warning) => report.warn(warning),
  };
  let opened: Workspace | undefined;
  try {
    return await prepared.run({
      open: async () => (opened = await surroundings.openWorkspace(options)),
      runHook: (call) =>
        surroundings.runHook(options, {
          projectDirectory: projectFoldersIn(env),
          signal: stop,
          ...call,
        }),
      directory,
      ...around(globals, surroundings, report),
    });
  } finally {
    await opened?.close();
  }
}

function around(
  { json, yes }: GlobalValues,
  { stdin, stdout, stderr, stop, runProgram }: Surroundings,
  report: Report,
): Omit<Setting, 'open' | 'runHook' | 'directory'> {
  return {
    operation: { signal: stop, onProgress: (progress) => report.progress.show(progress) },
    json,
    yes,
    stdin,
    stdout,
    takeWarnings: () => report.takeWarnings(),
    tell: async (data, render) => report.tell(data, render),
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
