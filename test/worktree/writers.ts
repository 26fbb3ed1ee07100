import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('./writer-child.js', import.meta.url));

export interface Writer {
  stop(): Promise<void>;
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
  await once(child.stdout, 'data');
  return {
    stop: async () => {
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}
