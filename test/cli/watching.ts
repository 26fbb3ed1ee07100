import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { CheckpointCreateData } from '../../src/api/data.js';
import { TEST_ENV } from '../helpers/git.js';

const MAIN_PROGRAM = fileURLToPath(new URL('./main-program.js', import.meta.url));

export interface WatchDocument {
  ok: boolean;
  command: string;
  data: CheckpointCreateData;
  error: { code: string; details: Record<string, unknown> };
  warnings: { code: string; message: string }[];
}

/** `piton watch --json` at work. */
export class Watching {
  stderr = '';
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<unknown>;

  constructor(directory: string, ...args: string[]) {
    const words = [MAIN_PROGRAM, 'watch', '--json', ...args];
    const child = spawn(process.execPath, words, { cwd: directory, env: TEST_ENV });
    child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    this.#ended = once(child, 'close');
    this.#child = child;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The next line that it prints, or null when there is none any more. */
  async next(): Promise<WatchDocument | null> {
    const line = await this.#lines.next();
    return line.done === true ? null : (JSON.parse(line.value) as WatchDocument);
  }

  /** How many files the next checkpoint says to have changed. */
  async changed(): Promise<number> {
    const document = await this.next();
    if (document?.ok !== true) throw new Error(`${JSON.stringify(document)} ${this.stderr}`);
    const { added, modified, deleted } = document.data.changed;
    return added + modified + deleted;
  }

  async end(signal?: NodeJS.Signals): Promise<number | null> {
    if (signal !== undefined) this.#child.kill(signal);
    await this.#ended;
    return this.#child.exitCode;
  }

  /** For a test that failed on the way. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
