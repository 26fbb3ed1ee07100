import { Worker, type WorkerOptions } from 'node:worker_threads';
import { systemErrorCode } from '../core/errors.js';

/** The system gives no more threads to this user or container; Node's permissions allow none. */
const REFUSALS = new Set(['ERR_WORKER_INIT_FAILED', 'ERR_ACCESS_DENIED']);

/** Starts a thread; null when it is refused, for whoever can do without. */
export function startThread(
  script: URL,
  options: Pick<WorkerOptions, 'workerData' | 'transferList'>,
): Worker | null {
  try {
    // Without the options of this process: they may load code, or wait for a debugger.
    return new Worker(script, { ...options, execArgv: [] });
  } catch (error) {
    if (!REFUSALS.has(systemErrorCode(error) ?? '')) throw error;
    return null;
  }
}
