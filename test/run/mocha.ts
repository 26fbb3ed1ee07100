import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './command.js';
import type { Context, Counts } from './context.js';
import { COVERAGE_FOLDER } from './coverage.js';

export interface MochaOptions {
  /** Folders below `test/` whose `*.test.ts` are run. */
  folders: readonly string[];
  /** Files below `test/` that are not run; ends of their paths. */
  leaveOut?: readonly string[];
  /** How long one test may take. */
  timeoutMs: number;
  limitMinutes: number;
  /** How many files run side by side; they share nothing, unless it is one. */
  filesAtOnce: number;
  /** Whether the run counts for the coverage of `src`. */
  coverage?: boolean;
  /** The Node program; default this one. */
  node?: string;
}

/** Runs the tests of some folders and counts them; a run without a test has failed. */
export async function runMocha(context: Context, options: MochaOptions): Promise<Counts> {
  const output = join(context.scratch, 'counts.json');
  await rm(output, { force: true });
  const env = { ...context.env };
  if (options.coverage === true) env['NODE_V8_COVERAGE'] = join(context.root, COVERAGE_FOLDER);
  const status = await runCommand(mochaCommand(context, options, output), {
    cwd: context.root,
    env,
    limitMinutes: options.limitMinutes,
  });
  return settleCounts(context, await readCounts(output), status);
}

/** The command line; it names every setting, so that no configuration file can change a run. */
export function mochaCommand(context: Context, options: MochaOptions, output: string): string[] {
  return [
    options.node ?? process.execPath,
    join(context.root, 'node_modules/mocha/bin/mocha.js'),
    '--no-config',
    '--no-package',
    '--reporter',
    join(context.out, 'test/run/reporter.js'),
    '--reporter-option',
    `output=${output}`,
    '--timeout',
    String(options.timeoutMs),
    '--require',
    join(context.out, 'test/run/same-cases.js'),
    ...(options.coverage === true
      ? ['--require', join(context.out, 'test/run/keep-coverage.js')]
      : []),
    ...(options.filesAtOnce > 1 ? ['--parallel', '--jobs', String(options.filesAtOnce)] : []),
    ...(context.ci ? ['--forbid-only'] : []),
    ...(options.leaveOut ?? []).flatMap((end) => ['--ignore', join(context.out, 'test/**', end)]),
    ...options.folders.map((folder) => join(context.out, 'test', folder, '**/*.test.js')),
  ];
}

/**
 * What counts as a failure besides failed tests: mocha ending badly, no test at all, and in CI a
 * skipped test.
 */
export function settleCounts(context: Context, counts: Counts | null, status: number): Counts {
  if (counts === null) {
    context.say(`mocha ended with status ${status} before it had run its tests`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  let { failed } = counts;
  if (counts.passed + counts.failed === 0) {
    context.say('no test was run');
    failed = 1;
  }
  if (counts.skipped > 0) context.say(`SKIPPED: ${counts.skipped} tests, see above`);
  if (status !== 0 && failed === 0) {
    context.say(`mocha ended with status ${status}`);
    failed = 1;
  }
  if (context.ci) failed += counts.skipped;
  return { ...counts, failed };
}

async function readCounts(path: string): Promise<Counts | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Counts;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
