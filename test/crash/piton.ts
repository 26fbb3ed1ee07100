import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openWorkspace } from '../../src/api/open.js';
import type { OpenOptions } from '../../src/api/types.js';
import type { Workspace } from '../../src/api/workspace.js';
import { TEST_ENV, TEST_HOME } from '../helpers/git.js';
import type { TracedProgram } from './strace.js';

const PITON = fileURLToPath(new URL('../../../../bin/piton.js', import.meta.url));

export type Engine = 'embedded' | 'native';

/** How piton is started in a workspace. */
export function piton(
  workspace: string,
  args: readonly string[],
  engine: Engine = 'embedded',
): TracedProgram {
  const command = [process.execPath, PITON, '--engine', engine, '--json', ...args];
  return { command, cwd: workspace, env: TEST_ENV };
}

export interface PitonDocument {
  ok: boolean;
  data?: Record<string, unknown>;
  error?: { code: string; message: string; details: Record<string, unknown> };
  warnings?: { code: string; message: string }[];
}

/** The one document that piton printed; null when it printed none. */
export function documentIn(stdout: string): PitonDocument | null {
  return stdout === '' ? null : (JSON.parse(stdout) as PitonDocument);
}

/** Runs piton to its end, which must be a good one, and gives what it said. */
export function runPiton(workspace: string, ...args: string[]): PitonDocument {
  const { command, cwd, env } = piton(workspace, args);
  const [file = '', ...rest] = command;
  const run = spawnSync(file, rest, { cwd, env, encoding: 'utf8' });
  const document = documentIn(run.stdout);
  if (run.status === 0 && document !== null) return document;
  throw new Error(`piton ${args.join(' ')}: ${run.status}\n${run.stdout}${run.stderr}`);
}

/** Uses the library in this process, which for what is on disk is as good as another process. */
export async function withLibrary<T>(
  workspace: string,
  use: (workspace: Workspace) => Promise<T>,
  options: Partial<OpenOptions> = {},
): Promise<T> {
  const opened = await openWorkspace({
    directory: workspace,
    home: TEST_HOME,
    systemConfig: null,
    engine: 'embedded',
    ...options,
  });
  try {
    return await use(opened);
  } finally {
    await opened.close();
  }
}
