import { setTimeout as delay } from 'node:timers/promises';
import { MessageChannel, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import type { BytePath } from '../core/byte-path.js';
import type { ListJob } from './list-worker.js';
import {
  unpackOutcome,
  type ListOutcome,
  type ListReply,
  type ListRequest,
} from './listing-messages.js';
import { startThread } from './start-thread.js';
import type { FilePlace } from './stat-rows.js';
import type { Unlisted } from './unlisted.js';

/** A folder that is still to be listed. */
export interface UnlistedFolder {
  path: BytePath;
  /** As its parent's listing has it. */
  seen: FilePlace;
}

/** What one request holds at most. */
const REQUEST_FOLDERS = 16;
/** So that the thread has the next request while its answer is being taken. */
const REQUESTS_AT_ONCE = 2;
const BETWEEN_LOOKS_MS = 1;

/**
 * Kept for the next walk of this process: a thread takes 40 ms to start, and its code is only fast
 * once it has run for a while.
 */
let idle: Worker | null = null;

function startIdle(): Worker | null {
  const thread = startThread(new URL('./list-worker.js', import.meta.url), {});
  const forget = (): void => {
    if (idle === thread) idle = null;
  };
  thread?.on('error', forget).on('exit', forget).unref();
  return thread;
}

/** Lets the thread end that is kept for the next walk; one that is at work is not. */
export function endIdleThread(): void {
  idle?.postMessage(null);
  idle = null;
}

/**
 * A thread that lists folders while its owner lists others. It is only a help: what it could not
 * list, or had not when it died, its owner lists; all of it when there is no thread to be had.
 */
export class ListThread<Folder extends UnlistedFolder> {
  readonly #port;
  readonly #requests: Folder[][] = [];
  readonly #thread: Worker | null;
  #hasEnded = false;
  readonly #end = (): void => void (this.#hasEnded = true);

  constructor(root: BytePath) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#thread = idle ?? startIdle();
    idle = null;
    this.#thread?.on('error', this.#end).on('exit', this.#end);
    const job: ListJob = { root, port: port2 };
    if (this.#thread === null) this.#end();
    else this.#thread.postMessage(job, [port2]);
  }

  /** Gives it folders that come next, as far as it has room; not all of them. */
  feed(unlisted: Unlisted<Folder>): void {
    while (!this.#hasEnded && this.#requests.length < REQUESTS_AT_ONCE && unlisted.length > 1) {
      const count = Math.min(REQUEST_FOLDERS, unlisted.length >>> 1);
      const folders = Array.from({ length: count }, () => unlisted.takeNext() as Folder);
      const places = folders.flatMap(({ seen }) => [seen.dev, seen.ino]);
      const paths = folders.map(({ path }) => path);
      const request: ListRequest = { paths, places: BigInt64Array.from(places) };
      this.#port.postMessage(request);
      this.#requests.push(folders);
    }
  }

  /** What it has listed since it was asked the last time. */
  *take(): Generator<{ folder: Folder; outcome: ListOutcome }> {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const folders = this.#requests.shift() ?? [];
      for (const [index, folder] of folders.entries()) {
        yield { folder, outcome: unpackOutcome(next[index] ?? 'failed') };
      }
    }
    if (!this.#hasEnded) return;
    for (const folder of this.#requests.splice(0).flat()) yield { folder, outcome: 'failed' };
  }

  #next(): ListReply | undefined {
    return receiveMessageOnPort(this.#port)?.message as ListReply | undefined;
  }

  /** Whether it was given something that was not taken yet; waits a moment if so. */
  async isBusy(): Promise<boolean> {
    if (this.#requests.length === 0) return false;
    await delay(BETWEEN_LOOKS_MS);
    return true;
  }

  /** Leaves the thread to the next owner, or lets it end when there is one for that already. */
  close(): void {
    this.#port.close();
    if (this.#thread === null || this.#hasEnded) return;
    this.#end();
    this.#thread.off('error', this.#end).off('exit', this.#end);
    if (idle === null) idle = this.#thread;
    else this.#thread.postMessage(null);
  }
}
