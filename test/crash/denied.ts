import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** Gives a folder in a temporary one, and the tests' home, to a user whom permissions stop. */
export function giveAway(folder: string): void {
  if (process.getuid?.() !== 0) return;
  for (const path of [join(folder, '..'), TEST_HOME]) chmodSync(path, 0o755);
  const problem = run('chown', '-hR', NOBODY, folder);
  if (problem !== null) throw new Error(problem);
}
