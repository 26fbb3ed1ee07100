import { setTimeout as delay } from 'node:timers/promises';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import type { BytePath } from '../core/byte-path.js';
import type { ListThreadSetting } from './list-worker.js';
import {
  unpackOutcome,
  type ListOutcome,
  type ListReply,
  type ListRequest,
} from './listing-messages.js';
import { startThread } from './start-thread.js';
import type { FilePlace } from './stat-rows.js';

/** A folder that is still to be listed. */
export interface Unlisted {
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
 * A thread that lists folders while its owner lists others. It is only a help: what it could not
 * list, or had not when it died, its owner lists; all of it when there is no thread to be had.
 */
export class ListThread<Folder extends Unlisted> {
  readonly #port;
  readonly #requests: Folder[][] = [];
  #hasEnded = false;

  constructor(root: BytePath) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const workerData: ListThreadSetting = { root, port: port2 };
    const url = new URL('./list-worker.js', import.meta.url);
    const thread = startThread(url, { workerData, transferList: [port2] });
    const end = (): void => void (this.#hasEnded = true);
    if (thread === null) end();
    else thread.on('error', end).on('exit', end).unref();
  }

  /** Gives it folders from the start of the list, as far as it has room; not all of them. */
  feed(unlisted: Folder[]): void {
    while (!this.#hasEnded && this.#requests.length < REQUESTS_AT_ONCE && unlisted.length > 1) {
      const count = Math.min(REQUEST_FOLDERS, unlisted.length >>> 1);
      const folders = unlisted.splice(0, count);
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

  /** Lets it end by itself, once it has listed what it is at. */
  close(): void {
    this.#port.close();
  }
}
