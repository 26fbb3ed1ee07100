import type { ProgramEnd } from '../process/run-program.js';
import type { Signals } from './signals.js';

/** What a terminal sends to all that work in it: the program has it already. */
const FROM_TERMINAL: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT']);

export interface ProgramRequest {
  command: readonly [string, ...string[]];
  /** Where it runs. */
  directory: string;
}

export interface OwnProcess {
  signals: Signals;
  env: NodeJS.ProcessEnv;
  /** Whether one of piton's own streams is a terminal. */
  terminal: boolean;
}

/**
 * Runs a program on piton's own standard streams, as if piton were not there. Signals that piton
 * gets meanwhile are handed on to it.
 */
export async function runProgram(
  { command, directory }: ProgramRequest,
  { signals, env, terminal }: OwnProcess,
): Promise<ProgramEnd> {
  const early: NodeJS.Signals[] = [];
  let send = (signal: NodeJS.Signals): void => void early.push(signal);
  const run = async (): Promise<ProgramEnd> => {
    const { startProgram } = await import('../process/run-program.js');
    const program = await startProgram({ command, cwd: directory, env, stdio: 'inherit' });
    send = program.send;
    early.forEach(send);
    return program.ended;
  };
  const passOn = (signal: NodeJS.Signals): void => {
    if (!terminal || !FROM_TERMINAL.has(signal)) send(signal);
  };
  return signals.passOnDuring(passOn, run());
}
