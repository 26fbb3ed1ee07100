import { spawnSync } from 'node:child_process';
import { chmodSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { TEST_HOME } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';

const NOBODY = '65534:65534';

function run(program: string, ...args: string[]): string | null {
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? null : (error?.message ?? stderr);
}

/** Makes something that not even root may change, or ends that. */
export function setImmutable(path: string, immutable: boolean): void {
  const problem = run('chattr', immutable ? '+i' : '-i', path);
  if (problem !== null) throw new Error(problem);
}

/** Why nothing can be made immutable here; null when it can. */
export function whyNotImmutable(): string | null {
  const path = join(tempDirectory(), 'file');
  writeFileSync(path, '');
  return run('chattr', '+i', path) ?? run('chattr', '-i', path);
}

/**
 * Gives a temporary folder, or one in such a folder, to a user whom permissions stop, who may then
 * get to it and to the tests' home.
 */
export function giveAway(folder: string): void {
  if (process.getuid?.() !== 0) return;
  // The folder of all temporary ones is open to everybody, and is not the tests' to change.
  const above = dirname(folder) === realpathSync(tmpdir()) ? [] : [dirname(folder)];
  for (const path of [...above, TEST_HOME]) chmodSync(path, 0o755);
  const problem = run('chown', '-hR', NOBODY, folder);
  if (problem !== null) throw new Error(problem);
}
