import { spawn } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemErrorCode } from '../../src/core/errors.js';
import { TEST_ENV } from '../helpers/git.js';
import type { Case, Contestant } from './cases.js';

export function medianOf(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}

/** USER_HZ of proc(5), which is 100 on all that Node runs on. */
const MS_PER_TICK = 10;

/** Milliseconds of processor time of this process, and of those that it has waited for (Linux). */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  const line = readFileSync('/proc/self/stat', 'latin1');
  // Fields 16 and 17 of proc_pid_stat(5), of which the second may hold spaces.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const children = Number(fields[13]) + Number(fields[14]);
  return (user + system) / 1_000 + children * MS_PER_TICK;
}

/** Milliseconds that a case took each contestant, the median of some rounds, taken in turns. */
export async function timeCase(
  one: Case,
  contestants: readonly Contestant[],
  { rounds, cpu }: { rounds: number; cpu: boolean },
): Promise<number[]> {
  const now = cpu ? processorTime : () => performance.now();
  const times = contestants.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [place, contestant] of contestants.entries()) {
      await one.before(contestant);
      const start = now();
      await one.run(contestant);
      times[place]?.push(now() - start);
      one.after(contestant);
    }
  }
  return times.map(medianOf);
}

/** Milliseconds that a command takes from its start to its end, the median of some rounds. */
export async function timeCommand(
  command: readonly string[],
  directory: string,
  rounds: number,
): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await runWatched(command, directory);
    times.push(performance.now() - start);
  }
  return medianOf(times);
}

export interface Grown {
  files: number;
  bytes: number;
}

export function filesBelow(folder: string): Grown {
  const grown = { files: 0, bytes: 0 };
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    grown.files++;
    grown.bytes += lstatSync(join(entry.parentPath, entry.name)).size;
  }
  return grown;
}

/** The most memory that a process had so far, in bytes; 0 when it has ended. */
function peakOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(systemErrorCode(error) ?? '')) return 0;
    throw error;
  }
}

/** Runs a command to its end and gives the most memory that its process had, in bytes. */
export async function runWatched(
  command: readonly string[],
  directory: string,
  watch = false,
): Promise<number> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { cwd: directory, env: TEST_ENV, stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  let peak = 0;
  while (watch && child.exitCode === null && child.signalCode === null) {
    peak = Math.max(peak, peakOf(child.pid ?? 0));
    await delay(2);
  }
  const status = await ended;
  if (status !== 0) throw new Error(`${command.join(' ')}: ended with ${status}`);
  return peak;
}
