import { pitonVersion } from './version.js';

/**
 * The program: gives the command line its process. Sets the exit code and leaves the end to Node,
 * so that what was printed arrives. Everything is loaded on demand, for start-up counts.
 */
export async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  if (argv.length === 1 && argv[0] === '--version') {
    process.stdout.on('error', () => {
      process.exitCode = 1;
    });
    process.stdout.write(`piton ${pitonVersion()}\n`);
    return;
  }
  const { runInProcess } = await import('./run-in-process.js');
  await runInProcess(argv, {
    openWorkspace: async (options) => (await import('../api/open.js')).openWorkspace(options),
    runHook: async (...args) => (await import('../api/open.js')).runHook(...args),
  });
}
