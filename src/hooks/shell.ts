/** How piton is started by a hook. */
export interface HookCommand {
  /** The program and its first arguments: absolute paths, or a name to be found by `$PATH`. */
  program: readonly string[];
  /** What follows `hooks run`. */
  words: readonly string[];
  /** Whether a failure of piton is to stop what the hook belongs to. */
  strict: boolean;
  /** What a host is to read when piton could not answer; it makes up for strictness. */
  fallback?: string | undefined;
  /** With which the hook fails when piton does and it is strict. */
  failureStatus: number;
}

const PLAIN_WORD = /^[\w./:@%+,-]+$/;

/** A word as shells take it literally. */
function quoted(word: string): string {
  return PLAIN_WORD.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * The line that starts piton, for sh and all its kin, and for fish. Unless strict it succeeds
 * whatever happens, also when piton is not there any more.
 */
export function shellLine(command: HookCommand, redirections = ''): string {
  const { program, words, strict, fallback, failureStatus } = command;
  const start = [...program, 'hooks', 'run', ...words].map(quoted).join(' ');
  if (strict) return `${start} --strict${redirections} || exit ${failureStatus}`;
  const instead = fallback === undefined ? 'true' : `printf '%s\\n' ${quoted(fallback)}`;
  return `${start}${redirections} 2>/dev/null || ${instead}`;
}
