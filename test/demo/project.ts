import { cpSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/** Both `npm run demo` (from `build/demo`) and the tests' compiled form lie below the project. */
const ROOT = findRoot(import.meta.dirname);

export interface Place {
  /** Removed in the end; holds everything else. */
  scratch: string;
  /** Where the project is copied to; `wreck.mjs` lies beside it. */
  workspace: string;
  env: NodeJS.ProcessEnv;
}

function findRoot(from: string): string {
  const build = from.lastIndexOf('/build/');
  return build < 0 ? resolve(from, '../..') : from.slice(0, build);
}

/**
 * Copies the fixture project, with what no repository can hold: an empty folder, a name that is
 * not UTF-8, an ignored file. `piton` is on the search path, and nobody's settings are in the way.
 */
export function prepareProject(outer: NodeJS.ProcessEnv): Place {
  const scratch = mkdtempSync(join(realpathSync(tmpdir()), 'piton-demo-'));
  const workspace = join(scratch, 'reckon');
  const fixture = join(ROOT, 'fixtures/demo');
  cpSync(join(fixture, 'project'), workspace, { recursive: true, verbatimSymlinks: true });
  cpSync(join(fixture, 'wreck.mjs'), join(scratch, 'wreck.mjs'));
  mkdirSync(join(workspace, 'outbox'));
  writeFileSync(Buffer.from(`${workspace}/docs/caf\xe9`, 'latin1'), 'not UTF-8\n');
  writeFileSync(join(workspace, 'debug.log'), 'started\n');
  for (const folder of ['bin', 'home']) mkdirSync(join(scratch, folder));
  const programs = { node: process.execPath, piton: join(ROOT, 'bin/piton.js') };
  for (const [name, file] of Object.entries(programs)) {
    symlinkSync(file, join(scratch, 'bin', name));
  }
  return { scratch, workspace, env: environment(outer, scratch) };
}

function environment(outer: NodeJS.ProcessEnv, scratch: string): NodeJS.ProcessEnv {
  return {
    PATH: [join(scratch, 'bin'), outer['PATH'] ?? ''].join(delimiter),
    HOME: join(scratch, 'home'),
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'demo',
    GIT_AUTHOR_EMAIL: 'demo@localhost',
    GIT_COMMITTER_NAME: 'demo',
    GIT_COMMITTER_EMAIL: 'demo@localhost',
  };
}
