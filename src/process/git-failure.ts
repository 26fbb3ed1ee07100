import { PitonError } from '../core/errors.js';
import type { ErrorOptions } from '../core/errors.js';
import type { GitProgram } from './git-program.js';

/** How a run of git ended, as execa tells. */
export interface GitEnd {
  exitCode?: number | undefined;
  /** The system's error code when git could not be started. */
  code?: string | undefined;
  signal?: string | undefined;
  isMaxBuffer: boolean;
  /** Absent when git could not be started. */
  stderr?: Uint8Array | undefined;
  originalMessage?: string | undefined;
}

const SHOWN_CHARACTERS = 4_096;

/** `GIT_REQUIRED` when there is no git program, otherwise `GIT_FAILED`. */
export function gitFailure(
  program: GitProgram,
  args: readonly string[],
  end: GitEnd,
  timedOut = false,
): PitonError {
  if (end.exitCode === undefined && isMissing(end.code)) return gitRequired(program);
  const said = withoutSecrets(
    Buffer.from(end.stderr ?? [])
      .toString()
      .trim(),
  ).slice(0, SHOWN_CHARACTERS);
  const reason = timedOut ? 'it ran out of time' : reasonOf(end, said);
  const options: ErrorOptions = {
    details: {
      args: args.map(withoutSecrets),
      exit_code: end.exitCode ?? null,
      signal: end.signal ?? null,
      timed_out: timedOut,
      stderr: said,
    },
  };
  if (timedOut) options.hint = 'try again when the machine is less busy';
  return new PitonError('GIT_FAILED', `git ${args[0] ?? ''} failed: ${reason}`, options);
}

// As to the system, a missing working folder is the same: it has been looked at before.
function isMissing(code: string | undefined): boolean {
  return code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR';
}

function gitRequired(program: GitProgram): PitonError {
  return new PitonError('GIT_REQUIRED', `no git program was found as ${program.file}`, {
    hint: 'install git, or use the embedded engine',
    details: { file: program.file },
  });
}

function reasonOf(end: GitEnd, said: string): string {
  if (end.isMaxBuffer) return 'it said more than was expected';
  if (said !== '') return said.split('\n', 1)[0] ?? said;
  if (end.signal !== undefined) return `it was ended by ${end.signal}`;
  return end.originalMessage ?? `exit code ${end.exitCode}`;
}

/** Addresses may hold a password. */
function withoutSecrets(text: string): string {
  return text.replace(/\/\/[^/@\s]+@/g, '//***@');
}
