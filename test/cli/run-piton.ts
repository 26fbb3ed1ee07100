import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TEST_ENV } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';

const MAIN_PROGRAM = fileURLToPath(new URL('./main-program.js', import.meta.url));

interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command line as a program of its own. */
export function piton(
  directory: string,
  args: string[],
  input = '',
  env: NodeJS.ProcessEnv = {},
): Ran {
  const run = spawnSync(process.execPath, [MAIN_PROGRAM, ...args], {
    cwd: directory,
    env: { ...TEST_ENV, ...env },
    input,
  });
  return { code: run.status, stdout: run.stdout.toString(), stderr: run.stderr.toString() };
}

/** Runs a command that must succeed, and gives its data. */
export function data(directory: string, ...args: string[]): Record<string, unknown> {
  const run = piton(directory, ['--json', ...args]);
  expect(run.code, run.stdout).to.equal(0);
  return (JSON.parse(run.stdout) as { data: Record<string, unknown> }).data;
}

/** Runs a command that must fail, and gives its error. */
export function error(
  directory: string,
  ...args: string[]
): Record<string, unknown> & { exit: unknown } {
  const run = piton(directory, ['--json', ...args]);
  const document = JSON.parse(run.stdout) as { ok: boolean; error: Record<string, unknown> };
  expect(document.ok).to.equal(false);
  return { ...document.error, exit: run.code };
}

/** A new workspace. */
export function workspace(): string {
  const directory = tempDirectory();
  data(directory, 'init');
  return directory;
}

/** Writes files, by name. */
export function write(directory: string, files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(directory, name), content);
}

/** The text of a file. */
export function read(directory: string, name: string): string {
  return readFileSync(join(directory, name), 'utf8');
}
