import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { TEST_ENV } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { ROOT } from '../house/source.js';

/** A user with a home and a search path on which the built piton is. */
export interface Installed {
  home: string;
  env: NodeJS.ProcessEnv;
}

export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

export function installPiton(): Installed {
  const home = tempDirectory();
  const programs = join(home, 'bin with spaces');
  mkdirSync(programs);
  symlinkSync(process.execPath, join(programs, 'node'));
  symlinkSync(join(ROOT, 'bin/piton.js'), join(programs, 'piton'));
  const PATH = [programs, TEST_ENV['PATH']].join(delimiter);
  return { home, env: { ...TEST_ENV, HOME: home, XDG_CONFIG_HOME: join(home, '.config'), PATH } };
}

/** Runs a program to its end. */
export function run(
  { env }: Installed,
  cwd: string,
  [program = '', ...args]: readonly string[],
  input = '',
): Ended {
  const { status, stdout, stderr } = spawnSync(program, args, {
    ...{ cwd, env, input, encoding: 'utf8' },
  });
  return { status, stdout, stderr };
}

/** Runs piton, which must succeed, and gives its data. */
export function piton(user: Installed, cwd: string, ...args: string[]): Record<string, unknown> {
  const ended = run(user, cwd, ['piton', ...args, '--json']);
  const document = JSON.parse(ended.stdout) as { ok: boolean; data: Record<string, unknown> };
  if (!document.ok) throw new Error(ended.stdout);
  return document.data;
}

/** Why each of the current plan's checkpoints was taken, oldest first. */
export function reasons(user: Installed, cwd: string): string[] {
  const { checkpoints } = piton(user, cwd, 'log') as { checkpoints: { reason: string }[] };
  return checkpoints.map(({ reason }) => reason).reverse();
}
