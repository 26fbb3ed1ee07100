import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tempDirectory } from '../helpers/temp.js';

/** One place to strike: the `number`-th call of a system call in a thread. */
export interface Point {
  call: string;
  number: number;
}

export interface TracedProgram {
  command: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
}

export interface TracedEnd {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Every call that changes what is on disk. */
export const CHANGING_CALLS = [
  ...['rename', 'renameat', 'renameat2', 'link', 'linkat', 'symlink', 'symlinkat'],
  ...['unlink', 'unlinkat', 'mkdir', 'mkdirat', 'rmdir', 'chmod', 'fchmod', 'fchmodat'],
  ...['write', 'pwrite64', 'writev', 'fsync', 'fdatasync', 'ftruncate', 'utimensat'],
  'openat',
];

const LINE = /^(\d+) +([a-z0-9_]+)\((.*)$/;
const OPENS_FOR_WRITING = /O_WRONLY|O_RDWR|O_CREAT/;

function runStrace(program: TracedProgram, options: readonly string[]): TracedEnd {
  const run = spawnSync('strace', ['-f', ...options, ...program.command], {
    cwd: program.cwd,
    env: { ...program.env, UV_THREADPOOL_SIZE: '1' },
    encoding: 'utf8',
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  const { status, signal, stdout, stderr } = run;
  return { status, signal, stdout, stderr };
}

/**
 * Runs a program once and gives every call that changes something below one of the folders, in
 * the order made. Counts go by thread, as strace's own do; the thread pool has one thread.
 */
export function findPoints(program: TracedProgram, folders: readonly string[]): Point[] {
  const log = join(tempDirectory(), 'strace.log');
  const calls = CHANGING_CALLS.join(',');
  const end = runStrace(program, ['--seccomp-bpf', '-y', '-o', log, '-e', `trace=${calls}`]);
  if (end.status !== 0) throw new Error(`the program failed: ${end.stdout}${end.stderr}`);
  const counts = new Map<string, number>();
  const points = new Map<string, Point>();
  for (const line of readFileSync(log, 'latin1').split('\n')) {
    const [, thread, call, args] = LINE.exec(line) ?? [];
    if (thread === undefined || call === undefined || args === undefined) continue;
    const number = (counts.get(`${thread} ${call}`) ?? 0) + 1;
    counts.set(`${thread} ${call}`, number);
    if (call === 'openat' && !OPENS_FOR_WRITING.test(args)) continue;
    const isOurs = args.includes('/proc/self/fd/') || folders.some((one) => args.includes(one));
    if (isOurs) points.set(`${call} ${number}`, { call, number });
  }
  rmSync(log);
  return [...points.values()];
}

/** Runs a program that is killed as it makes the call. */
export function runAndKill(program: TracedProgram, point: Point): TracedEnd {
  const inject = `inject=${point.call}:signal=SIGKILL:when=${point.number}`;
  return runStrace(program, ['-o', '/dev/null', '-e', `trace=${point.call}`, '-e', inject]);
}

/** Runs a program for which the call fails with an error; from then on always, when `persists`. */
export function runAndFail(
  program: TracedProgram,
  point: Point,
  error: string,
  persists = false,
): TracedEnd {
  const when = `${point.number}${persists ? '+' : ''}`;
  const inject = `inject=${point.call}:error=${error}:when=${when}`;
  const options = ['--seccomp-bpf', '-o', '/dev/null', '-e', `trace=${point.call}`, '-e', inject];
  return runStrace(program, options);
}
