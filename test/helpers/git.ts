import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { tempDirectory } from './temp.js';

/** A home of its own, so that no test meets the machine's git config. */
export const TEST_HOME = tempDirectory();

/** The environment of every program a test starts: own HOME, fixed time zone and locale. */
export const TEST_ENV: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  HOME: TEST_HOME,
  XDG_CONFIG_HOME: join(TEST_HOME, '.config'),
  LC_ALL: 'C',
  TZ: 'UTC',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A U Thor',
  GIT_AUTHOR_EMAIL: 'author@example.com',
  GIT_COMMITTER_NAME: 'C O Mitter',
  GIT_COMMITTER_EMAIL: 'committer@example.com',
  GIT_TERMINAL_PROMPT: '0',
};

export interface GitRun {
  status: number;
  stdout: Buffer;
  stderr: string;
}

/** Runs the real git; `input` goes to its stdin. Never throws for a non-zero exit. */
export function tryGit(
  directory: string,
  args: readonly string[],
  input?: string | Buffer,
  env: NodeJS.ProcessEnv = {},
): GitRun {
  const run = spawnSync('git', args, {
    cwd: directory,
    env: { ...TEST_ENV, ...env },
    input,
    maxBuffer: 1024 * 1024 * 1024,
  });
  if (run.error) throw run.error;
  return { status: run.status ?? -1, stdout: run.stdout, stderr: run.stderr.toString() };
}

/** Runs the real git and gives its stdout as text without the last newline. */
export function git(directory: string, ...args: string[]): string {
  const run = tryGit(directory, args);
  if (run.status !== 0) {
    throw new Error(`git ${args.join(' ')} in ${directory}: ${run.status}\n${run.stderr}`);
  }
  return run.stdout.toString().replace(/\n$/, '');
}

/** A new repository with `main` as its unborn branch. */
export function makeRepository(...initArgs: string[]): string {
  const directory = tempDirectory();
  git(directory, 'init', '-q', '-b', 'main', ...initArgs);
  return directory;
}

/** Throws unless `git fsck --strict` has nothing to say. */
export function assertFsckClean(directory: string): void {
  const run = tryGit(directory, ['fsck', '--strict', '--no-dangling', '--no-progress']);
  const said = run.stdout.toString() + run.stderr;
  const complaints = said.split('\n').filter((line) => line !== '' && !line.startsWith('notice:'));
  if (run.status !== 0 || complaints.length > 0) {
    throw new Error(`git fsck --strict in ${directory}: ${run.status}\n${said}`);
  }
}
