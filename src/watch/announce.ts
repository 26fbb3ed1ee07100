import { PitonError } from '../core/errors.js';
import type { Lock } from '../disk/lock.js';
import { takePresence } from '../disk/presence.js';

/**
 * Says in the state directory that this process watches the workspace.
 * @throws {PitonError} `LOCKED` when another one does
 */
export async function announceWatch(stateDir: string, command: string | undefined): Promise<Lock> {
  try {
    return await takePresence(stateDir, command);
  } catch (error) {
    if (!(error instanceof PitonError) || error.code !== 'LOCKED') throw error;
    const { pid, lock } = error.details;
    const who = typeof pid === 'number' ? `process ${pid}` : 'another process';
    throw new PitonError('LOCKED', `the workspace is being watched by ${who}`, {
      hint: `stop that one first; if it is certain that there is none, delete ${String(lock)}`,
      details: error.details,
      cause: error,
    });
  }
}
