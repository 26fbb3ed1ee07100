import { spawn, type ChildProcess } from 'node:child_process';

const running = new Set<ChildProcess>();

export interface CommandOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  limitMinutes: number;
}

/**
 * Runs a program on this process's own output and gives its exit status; 124 at the time limit,
 * as `timeout` has it. The program leads a process group, so that its children end with it.
 */
export async function runCommand(
  command: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  running.add(child);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    endGroup(child);
  }, options.limitMinutes * 60_000);
  try {
    const status = await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => resolve(code ?? 1));
    });
    return timedOut ? 124 : status;
  } finally {
    clearTimeout(timer);
    running.delete(child);
  }
}

/** Ends everything that was started, for when this process itself is told to stop. */
export function endAll(): void {
  for (const child of running) endGroup(child);
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
