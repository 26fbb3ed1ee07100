import { runInProcess } from '../../src/cli/run-in-process.js';
import { fakeWorkspace } from './run-fake.js';
import { HOOK_RUN, STATUS } from './samples.js';

/*
 * The command line as a program of its own, in front of a workspace that behaves as the first
 * argument says. Started by process.test.ts.
 */

const [, , behaviour = '', ...argv] = process.argv;

/** Keeps the process alive, as work would. */
function forever(): Promise<never> {
  setInterval(() => undefined, 1_000);
  process.stderr.write('working\n');
  return new Promise(() => undefined);
}

/** Says that it was told to stop, and goes on. */
function neverStops({ signal }: { signal: AbortSignal }): Promise<never> {
  signal.addEventListener('abort', () => process.stderr.write('told to stop\n'));
  return forever();
}

function stopsCleanly({ signal }: { signal: AbortSignal }): Promise<never> {
  const work = setInterval(() => undefined, 1_000);
  process.stderr.write('working\n');
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      clearInterval(work);
      reject(signal.reason as Error);
    });
  });
}

const STATUS_BY_BEHAVIOUR: Record<string, unknown> = {
  answers: STATUS,
  large: { ...STATUS, large: 'x'.repeat(4 * 1024 * 1024) },
  'stops-cleanly': stopsCleanly,
  'never-stops': neverStops,
  'throws-elsewhere': () => {
    setTimeout(() => {
      throw new TypeError('nobody caught this');
    });
    return forever();
  },
  'throws-later': () => {
    setTimeout(() => {
      throw new TypeError('after the end');
    }, 200);
    return STATUS;
  },
};

await runInProcess(argv, {
  openWorkspace: async () =>
    fakeWorkspace({ answers: { status: STATUS_BY_BEHAVIOUR[behaviour] } }, []),
  runHook: async () => HOOK_RUN,
});
