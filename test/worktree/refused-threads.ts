import { syncBuiltinESMExports } from 'node:module';
import workerThreads from 'node:worker_threads';

/** What Node throws when the system gives no thread, as with `ulimit -u`. */
export const REFUSED = Object.assign(new Error('EAGAIN'), { code: 'ERR_WORKER_INIT_FAILED' });

/** Runs `action` while no thread can be started after so many. */
export async function refusingThreads<T>(
  action: () => T | Promise<T>,
  { after = 0, error = REFUSED }: { after?: number; error?: Error } = {},
): Promise<T> {
  const { Worker } = workerThreads;
  let started = 0;
  workerThreads.Worker = class extends Worker {
    constructor(...given: ConstructorParameters<typeof Worker>) {
      if (started++ >= after) throw error;
      super(...given);
    }
  };
  syncBuiltinESMExports();
  try {
    return await action();
  } finally {
    workerThreads.Worker = Worker;
    syncBuiltinESMExports();
  }
}
