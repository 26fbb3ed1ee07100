import { systemErrorCode } from '../core/errors.js';

/** Sends a signal to a process that leads a group, and to all of the group. */
export function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // The last of them has just ended.
    if (systemErrorCode(error) !== 'ESRCH') throw error;
  }
}
