import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('./writer-child.js', import.meta.url));

export interface Writer {
  /** Ends it, and gives the letters that it had been writing for longer than a file may rest. */
  stop(): Promise<string[]>;
}

export interface WriterOptions {
  /** Between two contents. */
  pauseMs: number;
  /** Bytes that each write adds, instead of writing over what is there. */
  grows?: boolean;
}

/** Another process that fills a file with one letter, then with the next, and so on. */
export async function startWriter(
  path: string,
  size: number,
  { pauseMs, grows = false }: WriterOptions,
): Promise<Writer> {
  const args = [CHILD, path, String(size), String(pauseMs), grows ? 'grow' : 'over'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  await once(child.stdout, 'data');
  let late = '';
  child.stdout.on('data', (chunk: Buffer) => (late += chunk.toString()));
  return {
    stop: async () => {
      child.kill('SIGKILL');
      await closed;
      return late.trim().split('\n');
    },
  };
}
