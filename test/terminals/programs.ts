import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Ended, Installed } from '../hosts/installed.js';

/** Runs a program to its end without a terminal, while this process goes on. */
export async function runQuietly(
  { env }: Installed,
  cwd: string,
  [program = '', ...args]: readonly string[],
): Promise<Ended> {
  // In a session of its own: otherwise it would have the terminal that the tests are started from.
  const child = spawn(program, args, { cwd, env, detached: true });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.end();
  const status = await new Promise<number | null>((done) => child.on('close', done));
  return { status, stdout, stderr };
}

/** The processes that have a text in their environment. */
export function processesWith(text: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => environmentOf(pid).includes(text));
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    // It has ended.
    return '';
  }
}
