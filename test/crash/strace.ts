import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemErrorCode } from '../../src/core/errors.js';
import { removeTempDirectory, tempDirectory } from '../helpers/temp.js';
import { Aim, Watch } from './aim.js';
import { callIn, callsToTrace, pointsIn, type Point } from './points.js';

export interface TracedProgram {
  command: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** What it may take; absent: a minute. */
  limitMs?: number;
}

export interface TracedEnd {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/**
 * How a strike went. How many calls come before a point varies a little from run to run: `missed`
 * is the point with another number, to strike at in the next run; null: it was struck.
 */
interface Aimed {
  missed: Point | null;
}

export type StruckEnd = TracedEnd & Aimed;

export interface FailedEnd extends StruckEnd {
  /** The calls that failed, as strace shows them. */
  failed: string[];
}

const LIMIT_MS = 60_000;
const INJECTED = '(INJECTED)';
const OF_HEAD_START = /<\/dev>/;

/** More calls of a kind than any thread but the main one makes. */
const HEAD_START = 100;

/** Calls that other threads make too, and how to make one without doing anything. */
const HEAD_STARTS = {
  openat: "closeSync(openSync('/dev/null'))",
  write: "writeSync(nowhere, '.')",
  fsync: 'fsyncSync(devices)',
};

let headStartFile: string | undefined;

/**
 * A script that gives the main thread's calls numbers that no other thread gets to: those make
 * some too, to read and to wake each other, and a Node that cannot wake its threads ends at once.
 */
function headStart(): string {
  if (headStartFile !== undefined) return headStartFile;
  headStartFile = join(tempDirectory(), 'head-start.cjs');
  const starts = Object.entries(HEAD_STARTS).map(([call, made]) => `${call}: () => ${made},`);
  writeFileSync(
    headStartFile,
    `const { closeSync, fsyncSync, openSync, writeSync } = require('node:fs');
    const nowhere = openSync('/dev/null', 'r+');
    const devices = openSync('/dev');
    const starts = { ${starts.join(' ')} };
    for (const call of process.env.HEAD_START.split(',')) {
      for (let count = 0; count < ${HEAD_START}; count++) {
        // One of them fails where another thread's call of that number is to fail.
        try { starts[call]?.(); } catch {}
      }
    }
    closeSync(nowhere);
    closeSync(devices);`,
  );
  return headStartFile;
}

/** Whether another thread than the main one makes the call. */
export function isOfOtherThread({ call, number }: Point): boolean {
  return call in HEAD_STARTS && number <= HEAD_START;
}

/**
 * Gives the program an output of its own for errors: Node makes its output one that does not wait
 * for the reader, and lines of strace's report would be lost in it.
 */
const OWN_ERRORS = ['sh', '-c', 'exec "$@" 2>&3 3>&-', 'sh'];

/** Runs a program under strace, which traces some calls only and reports on its standard error. */
function start(program: TracedProgram, calls: string, options: readonly string[]): ChildProcess {
  const traced = ['-f', '-y', '--seccomp-bpf', '-e', `trace=${calls}`, ...options];
  return spawn('strace', [...traced, ...OWN_ERRORS, ...program.command], {
    cwd: program.cwd,
    env: {
      ...program.env,
      UV_THREADPOOL_SIZE: '1',
      // Or the first run would make calls that a later one does not.
      NODE_DISABLE_COMPILE_CACHE: '1',
      NODE_OPTIONS: `--require ${headStart()}`,
      HEAD_START: calls,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
}

/**
 * A write of Node's own that is made to fail may keep the program waiting for ever; were strace
 * killed alone, it would live on and hold its outputs open.
 */
function endInTime({ pid = 0 }: ChildProcess, limitMs = LIMIT_MS): NodeJS.Timeout {
  return setTimeout(() => send(-pid, 'SIGKILL'), limitMs);
}

async function ended(child: ChildProcess, { limitMs }: TracedProgram): Promise<TracedEnd> {
  const timer = endInTime(child, limitMs);
  const said = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr?.resume();
  child.stdio[3]?.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  const [status, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  return { status, signal, ...said };
}

/**
 * Runs a program once and gives every call that changes something below one of the folders, in
 * the order made; `withFlushes`: the calls too that only wait for the disk. The thread pool has
 * one thread.
 */
export async function findPoints(
  program: TracedProgram,
  folders: readonly string[],
  { withFlushes = false } = {},
): Promise<Point[]> {
  const log = join(tempDirectory(), 'strace.log');
  const end = await ended(start(program, callsToTrace(withFlushes), ['-o', log]), program);
  if (end.status !== 0) throw new Error(`the program failed: ${end.stdout}${end.stderr}`);
  const points = pointsIn(readFileSync(log, 'latin1'), folders);
  removeTempDirectory(log);
  return points;
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

/** The program that strace runs; null when it has ended. */
function childOf({ pid = 0 }: ChildProcess): number | null {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1');
    return Number(/^\d+/.exec(children)?.[0] ?? Number.NaN) || null;
  } catch {
    return null;
  }
}

/** A program that has ended meanwhile has done what it was told to. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemErrorCode(error) !== 'ESRCH') throw error;
  }
}

/**
 * Runs a program and sends it a signal when it makes the call, before the call does anything.
 * strace could send it itself, but only while it looks at every call, which is twice as slow: so
 * it holds the call up, and the signal is sent from here.
 */
async function runAndStrike(
  program: TracedProgram,
  point: Point,
  holdUp: string,
  signal: NodeJS.Signals,
): Promise<StruckEnd> {
  const { call, number } = point;
  const inject = `inject=${call}:delay_enter=${holdUp}:when=${number}`;
  const child = start(program, call, ['-q', '--signal=none', '-e', inject]);
  const aim = new Aim(point);
  const watch = new Watch(aim);
  let main: number | null = null;
  child.stderr?.on('data', (chunk: Buffer) => {
    main ??= childOf(child);
    if (main === null) return;
    const struck = main;
    watch.read(chunk.toString('latin1'), struck, () => {
      send(struck, signal);
      // Or else it would first sit out the time for which it holds the call up.
      if (signal === 'SIGKILL') child.kill('SIGKILL');
    });
  });
  const end = await ended(child, program);
  watch.stop();
  if (main !== null && watch.isReached && signal === 'SIGKILL') await untilEnded(main);
  return { ...end, missed: aim.missed(watch.isReached) };
}

/** Long enough for a busy machine to send the signal meanwhile. */
const HOLD_UP_TO_KILL = '30s';
const HOLD_UP_TO_SIGNAL = '300ms';

/** Runs a program that is killed as it makes the call, or at another one if it missed. */
export async function runAndKill(program: TracedProgram, point: Point): Promise<StruckEnd> {
  return runAndStrike(program, point, HOLD_UP_TO_KILL, 'SIGKILL');
}

/** Runs a program that is sent a signal as it makes the call, or at another one if it missed. */
export async function runAndSignal(
  program: TracedProgram,
  point: Point,
  signal: 'SIGINT' | 'SIGTERM',
): Promise<StruckEnd> {
  return runAndStrike(program, point, HOLD_UP_TO_SIGNAL, signal);
}

/** Runs a program for which the call, or another one if it missed, fails with an error. */
export async function runAndFail(
  program: TracedProgram,
  point: Point,
  error: string,
): Promise<FailedEnd> {
  const { call, number } = point;
  const log = join(tempDirectory(), 'strace.log');
  const inject = `inject=${call}:error=${error}:when=${number}`;
  const end = await ended(start(program, call, ['-o', log, '-e', inject]), program);
  const lines = readFileSync(log, 'latin1').split('\n');
  removeTempDirectory(log);
  const aim = new Aim(point);
  let isReached = false;
  let isHit = false;
  for (const line of lines) {
    const found = callIn(line);
    if (found === null || !aim.reaches(found)) continue;
    isReached = true;
    // Another thread's call of that number fails too.
    isHit ||= line.endsWith(INJECTED) && aim.missed(true) === null;
  }
  const failed = lines.filter((line) => line.endsWith(INJECTED) && !OF_HEAD_START.test(line));
  return { ...end, missed: isHit ? null : aim.missed(isReached), failed };
}

const ATTEMPTS = 20;

/** Strikes, each time anew, until the point is hit. */
export async function hit<T extends StruckEnd>(
  point: Point,
  attempt: (point: Point) => Promise<T>,
): Promise<T> {
  let aimed = point;
  for (let count = 0; count < ATTEMPTS; count++) {
    const end = await attempt(aimed);
    if (end.missed === null) return end;
    aimed = end.missed;
  }
  throw new Error(`no run came to ${point.call} ${point.number}: ${point.args}`);
}
