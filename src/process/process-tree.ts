import { readdirSync, readFileSync } from 'node:fs';
import { systemErrorCode } from '../core/errors.js';

/** A process as /proc has it: proc(5), fields 4 and 22 of `stat`. */
interface Process {
  pid: number;
  parent: number;
  /** Tells it from a later one with the same number. */
  startTime: string;
}

/**
 * A process and all that it started, for when these share a group with others. Where there is no
 * /proc it is the process alone.
 */
export class ProcessTree {
  readonly #root: number | undefined;
  readonly #known = new Map<number, string>();

  /** @param pid undefined for a process that could not be started */
  constructor(pid: number | undefined) {
    this.#root = pid;
  }

  /** Sends a signal to all that there are now, and to those of before that are there still. */
  send(signal: NodeJS.Signals): void {
    const root = this.#root;
    if (root === undefined) return;
    const all = runningProcesses();
    if (all.length === 0) sendTo(root, signal);
    for (const { pid, startTime } of below(root, all)) this.#known.set(pid, startTime);
    for (const { pid, startTime } of all) {
      if (this.#known.get(pid) === startTime) sendTo(pid, signal);
    }
  }
}

function below(root: number, all: readonly Process[]): Process[] {
  const found = all.filter(({ pid }) => pid === root);
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid));
  return found;
}

function runningProcesses(): Process[] {
  const names = unlessGone(() => readdirSync('/proc')) ?? [];
  return names
    .filter((name) => /^\d+$/.test(name))
    .map((name) => processAt(Number(name)))
    .filter((process) => process !== null);
}

function processAt(pid: number): Process | null {
  const stat = unlessGone(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The second field is the program's name in parentheses and may hold some itself.
  const [, parent, startTime] = /.*\) \S (\d+)(?: \S+){17} (\d+) /s.exec(stat ?? '') ?? [];
  if (parent === undefined || startTime === undefined) return null;
  return { pid, parent: Number(parent), startTime };
}

function sendTo(pid: number, signal: NodeJS.Signals): void {
  unlessGone(() => process.kill(pid, signal));
}

const GONE = new Set(['ENOENT', 'ESRCH', 'EPERM']);

function unlessGone<T>(use: () => T): T | null {
  try {
    return use();
  } catch (error) {
    if (GONE.has(systemErrorCode(error) ?? '')) return null;
    throw error;
  }
}
