import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runCommand } from './command.js';
import type { Context } from './context.js';

/** Debian's packages of the programs that tests start. */
const PACKAGE_BY_PROGRAM = {
  git: 'git',
  strace: 'strace',
  zsh: 'zsh',
  fish: 'fish',
  man: 'man-db',
  script: 'bsdutils',
  openssl: 'openssl',
  ssh: 'openssh-client',
  sshd: 'openssh-server',
} as const;

export type Program = keyof typeof PACKAGE_BY_PROGRAM;

/** Their packages bring a service along, which Debian starts at once. */
const SERVICES: readonly Program[] = ['sshd'];

/** Where a system says which services may be started; in images of containers it says none. */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

/**
 * Installs what is missing when this is root on a Debian system, and says what is missing still.
 * @returns whether everything is there
 */
export async function providePrograms(
  context: Context,
  programs: readonly Program[],
): Promise<boolean> {
  let missing = programs.filter((program) => !isInstalled(program, context.env['PATH']));
  const wanted = missing.filter((program) => startsNothing(program));
  if (wanted.length > 0 && canInstall(context)) {
    await install(context, wanted);
    missing = missing.filter((program) => !isInstalled(program, context.env['PATH']));
  }
  for (const program of missing) {
    context.say(`SKIPPED: these tests need ${program}, which is not installed`);
  }
  return missing.length === 0;
}

/** Whether a program can be installed without a service of it being started for all to reach. */
export function startsNothing(program: Program, policy = SERVICE_POLICY): boolean {
  return !SERVICES.includes(program) || existsSync(policy);
}

export function isInstalled(program: string, searchPath = ''): boolean {
  return searchPath.split(delimiter).some((folder) => isExecutable(join(folder, program)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function canInstall(context: Context): boolean {
  return process.getuid?.() === 0 && isInstalled('apt-get', context.env['PATH']);
}

async function install(context: Context, programs: readonly Program[]): Promise<void> {
  const packages = programs.map((program) => PACKAGE_BY_PROGRAM[program]);
  context.say(`installing ${packages.join(', ')}`);
  const options = {
    cwd: context.root,
    env: { ...context.env, DEBIAN_FRONTEND: 'noninteractive' },
    limitMinutes: 10,
  };
  await runCommand(['apt-get', 'update', '-qq'], options);
  await runCommand(['apt-get', 'install', '-qq', '--yes', ...packages], options);
}
