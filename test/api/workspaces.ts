import { join } from 'node:path';
import { openWorkspace } from '../../src/api/open.js';
import type { OpenOptions } from '../../src/api/types.js';
import type { Workspace } from '../../src/api/workspace.js';
import { TEST_HOME } from '../helpers/git.js';

const opened: Workspace[] = [];

/** What every workspace of the tests is opened with: nothing of the machine's user. */
export function openOptions(directory: string, options: Partial<OpenOptions> = {}): OpenOptions {
  return {
    directory,
    engine: 'embedded',
    home: TEST_HOME,
    configHome: join(TEST_HOME, '.config'),
    systemConfig: null,
    searchPath: process.env['PATH'],
    durability: 'fast',
    lockTimeoutMs: 10_000,
    ...options,
  };
}

/** A workspace that `closeWorkspaces` closes. */
export async function openTest(
  directory: string,
  options: Partial<OpenOptions> = {},
): Promise<Workspace> {
  const workspace = await openWorkspace(openOptions(directory, options));
  opened.push(workspace);
  return workspace;
}

export async function closeWorkspaces(): Promise<void> {
  for (const workspace of opened.splice(0)) await workspace.close();
}

/** Of a list without a member that the test needs. */
export function only<T>(list: readonly T[]): T {
  const [first] = list;
  if (first === undefined || list.length !== 1) throw new Error(`${list.length} instead of one`);
  return first;
}
