import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { PitonError, systemErrorCode } from '../../core/errors.js';
import { exitCodeOf, type ProgramEnd } from '../../process/run-program.js';
import { defineCommand, type Context } from '../command.js';
import { CommandFailure } from '../command-failure.js';
import { valued } from '../option.js';
import { renderRun } from '../render/run.js';
import { oneOf, readText } from '../values.js';

const ON_FAILURE = ['rollback', 'keep'] as const;

export const runCommand = defineCommand({
  plan: 'required',
  positionals: {},
  options: {
    reason: valued('<text>', 'why the checkpoint is taken', readText, 'm'),
    'on-failure': valued('<what>', 'rollback (default) or keep', oneOf(ON_FAILURE)),
    report: valued('<file>', 'write the JSON document there', readText),
  },
  rest: 'command',
  examples: [
    ['-- npm test', 'when it fails, the files are as before it'],
    ['--on-failure keep -- make', 'take a checkpoint first, whatever comes of it'],
    ['--json -- ./migrate.sh', 'with a report for programs on standard error'],
  ],
  reportFile: ({ options }) => options.report,
  check: ({ rest }) => {
    if (rest.length > 0) return;
    throw new PitonError('USAGE', 'there is no command to run', {
      hint: 'write it after --, for example: piton run -- npm test',
    });
  },
  run: async (context, { options, plan, rest: command }) => {
    await assertWritable(options.report, context);
    const startedAt = performance.now();
    let end: ProgramEnd | undefined;
    const work = async (): Promise<boolean> => {
      end = await runProgram(command, context);
      // What was not started has changed nothing that could be rolled back.
      return end.notStarted !== null || exitCodeOf(end) === 0;
    };
    try {
      const attempted = await context.workspace.attempt(work, {
        ...context.operation,
        plan,
        // Not its arguments: there may be passwords among them.
        reason: options.reason ?? `before running ${command[0] ?? ''}`,
        onFailure: options['on-failure'],
      });
      const { exitCode, signal } = assertStarted(end, command);
      return {
        ...{ command, exit_code: exitCode, signal },
        ...attempted,
        duration_ms: Math.round(performance.now() - startedAt),
      };
    } catch (error) {
      // Whoever waits for the command is told how that ended, whatever became of the rollback.
      throw end === undefined ? error : new CommandFailure(error, end);
    }
  },
  exitCode: ({ exit_code: exitCode, signal }) => exitCodeOf({ exitCode, signal, notStarted: null }),
  render: renderRun,
});

async function runProgram(command: readonly string[], context: Context): Promise<ProgramEnd> {
  const [file = '', ...args] = command;
  return context.runProgram({ command: [file, ...args], directory: context.directory });
}

function assertStarted(end: ProgramEnd | undefined, [file = '']: readonly string[]): ProgramEnd {
  if (end?.notStarted === null) return end;
  throw new PitonError('USAGE', `the command ${file} could not be started`, {
    hint: 'is it spelt right, and may it be executed?',
    details: { command: file, system_code: end?.notStarted ?? null },
  });
}

/** @throws {PitonError} `USAGE` when the report could not be written: before anything is done */
async function assertWritable(
  report: string | undefined,
  { directory }: Pick<Context, 'directory'>,
): Promise<void> {
  if (report === undefined) return;
  const path = resolve(directory, report);
  try {
    await access(path, constants.W_OK).catch(async (error: unknown) => {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
      await access(dirname(path), constants.W_OK);
    });
  } catch (error) {
    throw new PitonError('USAGE', `--report cannot write ${report}: ${(error as Error).message}`, {
      hint: 'name a file that can be written',
      cause: error,
    });
  }
}
