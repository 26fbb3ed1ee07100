import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { removeTempDirectory, tempDirectory } from '../helpers/temp.js';

/** One place to strike: the `number`-th call of a system call in a thread. */
export interface Point {
  call: string;
  number: number;
  /** What the call was given when it was found, as strace shows it. */
  args: string;
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

export interface StruckEnd extends TracedEnd {
  /** Whether the program made the call. */
  isStruck: boolean;
}

export interface FailedEnd extends TracedEnd {
  /** The calls that failed, as strace shows them. */
  failed: string[];
}

/** Every call that changes what is on disk. */
const CHANGING_CALLS = [
  ...['rename', 'renameat', 'renameat2', 'link', 'linkat', 'symlink', 'symlinkat'],
  ...['unlink', 'unlinkat', 'mkdir', 'mkdirat', 'rmdir', 'chmod', 'fchmod', 'fchmodat'],
  ...['write', 'pwrite64', 'writev', 'ftruncate', 'utimensat', 'fchown', 'openat'],
];

/** What may fail although it changes nothing that another process could see. */
const FLUSHING_CALLS = ['fsync', 'fdatasync'];

const LIMIT_MS = 60_000;
/** Long enough for a busy machine to send a signal meanwhile; strace sits it out for a child. */
const HOLD_UP = { alone: '10s', withChildren: '500ms' };
const LINE = /^(\d+) +([a-z0-9_]+)\((.*)$/;
const OPENS_FOR_WRITING = /O_CREAT|O_TRUNC/;
const FAILED = /\) += -1 E[A-Z]+ /;

let headStartFile: string | undefined;

/**
 * A script that gives the main thread's writes numbers that no other thread gets to: those write
 * only to wake each other, and a Node that cannot do that ends at once.
 */
function headStart(): string {
  if (headStartFile !== undefined) return headStartFile;
  headStartFile = join(tempDirectory(), 'head-start.cjs');
  writeFileSync(
    headStartFile,
    `const { closeSync, openSync, writeSync } = require('node:fs');
    const nowhere = openSync('/dev/null', 'r+');
    for (let count = 0; count < 500; count++) writeSync(nowhere, '.');
    closeSync(nowhere);`,
  );
  return headStartFile;
}

function start(program: TracedProgram, options: readonly string[]): ChildProcess {
  return spawn('strace', ['-f', '--seccomp-bpf', ...options, ...program.command], {
    cwd: program.cwd,
    env: {
      ...program.env,
      UV_THREADPOOL_SIZE: '1',
      // Or the first run would make calls that a later one does not.
      NODE_DISABLE_COMPILE_CACHE: '1',
      NODE_OPTIONS: `--require ${headStart()}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
}

async function ended(child: ChildProcess): Promise<TracedEnd> {
  const said = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  const [status, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { status, signal, ...said };
}

function pointsIn(log: string, folders: readonly string[]): Point[] {
  const counts = new Map<string, number>();
  const points = new Map<string, Point>();
  for (const line of log.split('\n')) {
    const [, thread, call, args] = LINE.exec(line) ?? [];
    if (thread === undefined || call === undefined || args === undefined) continue;
    const number = (counts.get(`${thread} ${call}`) ?? 0) + 1;
    counts.set(`${thread} ${call}`, number);
    if (FAILED.test(args) || (call === 'openat' && !OPENS_FOR_WRITING.test(args))) continue;
    const isOurs = args.includes('/proc/self/fd/') || folders.some((one) => args.includes(one));
    if (isOurs) points.set(`${call} ${number}`, { call, number, args });
  }
  return [...points.values()];
}

/**
 * Runs a program once and gives every call that changes something below one of the folders, in
 * the order made; `withFlushes`: the calls too that only wait for the disk. Counts go by thread,
 * as strace's own do; the thread pool has one thread.
 */
export async function findPoints(
  program: TracedProgram,
  folders: readonly string[],
  { withFlushes = false } = {},
): Promise<Point[]> {
  const log = join(tempDirectory(), 'strace.log');
  const calls = [...CHANGING_CALLS, ...(withFlushes ? FLUSHING_CALLS : [])].join(',');
  const end = await ended(start(program, ['-y', '-o', log, '-e', `trace=${calls}`]));
  if (end.status !== 0) throw new Error(`the program failed: ${end.stdout}${end.stderr}`);
  const points = pointsIn(readFileSync(log, 'latin1'), folders);
  removeTempDirectory(log);
  return points;
}

const ENTERED = /^(?:\[pid +(\d+)\] )?([a-z0-9_]+)\(/;

/** Follows strace's report, and gives the process or thread that has come to the point. */
class Watch {
  readonly #counts = new Map<string, number>();
  readonly #point: Point;
  #rest = '';
  #isCounted = false;

  constructor(point: Point) {
    this.#point = point;
  }

  /** The report comes as it is written: a call's line begins when the call is entered. */
  read(chunk: string, only: number): number | null {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const found = this.#isCounted ? null : this.#count(line, only);
      this.#isCounted = false;
      if (found !== null) return found;
    }
    if (this.#isCounted || !ENTERED.test(this.#rest)) return null;
    this.#isCounted = true;
    return this.#count(this.#rest, only);
  }

  #count(line: string, only: number): number | null {
    const [, thread, call] = ENTERED.exec(line) ?? [];
    if (call !== this.#point.call) return null;
    const pid = thread === undefined ? only : Number(thread);
    const number = (this.#counts.get(String(pid)) ?? 0) + 1;
    this.#counts.set(String(pid), number);
    return number === this.#point.number ? pid : null;
  }
}

function stateOf(pid: number): 'running' | 'zombie' | 'gone' {
  try {
    const isZombie = /^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    return isZombie ? 'zombie' : 'running';
  } catch {
    return 'gone';
  }
}

/** It need not have been collected; it may have threads that are still ending. */
async function untilEnded(pid: number): Promise<void> {
  while (stateOf(pid) === 'running') await delay(1);
}

/** The process that a thread is of; null when it has ended, on a machine too busy to strike. */
function processOf(thread: number): number | null {
  try {
    const status = readFileSync(`/proc/${thread}/status`, 'latin1');
    return Number(/^Tgid:\s+(\d+)$/m.exec(status)?.[1]);
  } catch {
    return null;
  }
}

/** The program that strace runs; strace names no process while there is only one. */
function childOf({ pid = 0 }: ChildProcess): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ')[0]);
  } catch {
    return 0;
  }
}

/**
 * Runs a program and calls `strike` when it makes the call, before the call does anything. strace
 * could send a signal itself, but only while it looks at every call, which is twice as slow: so
 * it holds the call up, and the signal is sent from here.
 */
async function runAndStrike(
  program: TracedProgram,
  point: Point,
  holdUp: string,
  strike: (process: number, strace: ChildProcess) => Promise<void> | void,
): Promise<StruckEnd> {
  const { call, number } = point;
  const inject = `inject=${call}:delay_enter=${holdUp}:when=${number}`;
  const child = start(program, ['-q', '--signal=none', '-e', `trace=${call}`, '-e', inject]);
  const watch = new Watch(point);
  let striking: Promise<void> | null = null;
  child.stderr?.on('data', (chunk: Buffer) => {
    const thread = watch.read(chunk.toString('latin1'), childOf(child));
    const target = thread === null ? null : processOf(thread);
    if (target !== null) striking ??= Promise.resolve(strike(target, child));
  });
  const end = await ended(child);
  await (striking as Promise<void> | null);
  return { ...end, isStruck: striking !== null };
}

/** Runs a program that is killed as it makes the call, or of which a child is. */
export async function runAndKill(program: TracedProgram, point: Point): Promise<StruckEnd> {
  const hold = program.command.includes('native') ? HOLD_UP.withChildren : HOLD_UP.alone;
  return runAndStrike(program, point, hold, async (process_, strace) => {
    const isProgram = process_ === childOf(strace);
    process.kill(process_, 'SIGKILL');
    if (!isProgram) return;
    // Or else strace would first sit out the time for which it holds the call up.
    strace.kill('SIGKILL');
    await untilEnded(process_);
  });
}

/** Runs a program that is sent a signal as it makes the call. */
export async function runAndSignal(
  program: TracedProgram,
  point: Point,
  signal: NodeJS.Signals,
): Promise<StruckEnd> {
  return runAndStrike(program, point, '100ms', (target) => void process.kill(target, signal));
}

/** Runs a program for which the call fails with an error; from then on always, when `persists`. */
export async function runAndFail(
  program: TracedProgram,
  { call, number }: Point,
  error: string,
  persists = false,
): Promise<FailedEnd> {
  const log = join(tempDirectory(), 'strace.log');
  const inject = `inject=${call}:error=${error}:when=${number}${persists ? '+' : ''}`;
  const end = await ended(start(program, ['-y', '-o', log, '-e', `trace=${call}`, '-e', inject]));
  const lines = readFileSync(log, 'latin1').split('\n');
  removeTempDirectory(log);
  return { ...end, failed: lines.filter((line) => line.endsWith('(INJECTED)')) };
}
