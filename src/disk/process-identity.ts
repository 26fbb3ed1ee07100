import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemErrorCode } from '../core/errors.js';

/**
 * What tells a process from every other one. Process ids alone do not: they are used again, and
 * mean something else on another host, after a restart and in another pid namespace.
 */
export interface ProcessIdentity {
  pid: number;
  host: string;
  /** Differs after each start of the machine; null where the system does not tell. */
  bootId: string | null;
  /** Differs between containers; null where the system does not tell. */
  pidNamespace: string | null;
  /** Clock ticks from boot to the start of the process; null where the system does not tell. */
  startTime: string | null;
}

let own: ProcessIdentity | undefined;

export function ownIdentity(): ProcessIdentity {
  own ??= {
    pid: process.pid,
    host: hostname(),
    bootId: unlessMissing(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidNamespace: unlessMissing(() => readlinkSync('/proc/self/ns/pid')),
    startTime: readProcess(process.pid)?.startTime ?? null,
  };
  return own;
}

/** Whether such a process is running here; one that has ended may wait long to be collected. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return readProcess(pid)?.ended !== true;
  } catch (error) {
    // EPERM: it exists and is another user's.
    return systemErrorCode(error) === 'EPERM';
  }
}

export interface RunningProcess {
  startTime: string;
  /** Ended, and not yet collected by its parent: it does nothing any more. */
  ended: boolean;
}

/** What /proc tells of a process (proc(5), fields 3 and 22 of `stat`), or null. */
export function readProcess(pid: number): RunningProcess | null {
  const stat = unlessMissing(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  if (stat === null) return null;
  // Field 2 is the program's name in parentheses and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const startTime = fields[19];
  if (startTime === undefined) return null;
  return { startTime, ended: state === 'Z' || state === 'X' };
}

const NOT_TOLD = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM']);

function unlessMissing(read: () => string): string | null {
  try {
    return read();
  } catch (error) {
    if (NOT_TOLD.has(systemErrorCode(error) ?? '')) return null;
    throw error;
  }
}
