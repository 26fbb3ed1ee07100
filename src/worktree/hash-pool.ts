import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { PitonError } from '../core/errors.js';
import type { RepositoryObjects } from '../store/objects/object-database.js';
import { STREAMED_FROM_BYTES, type HashOutcome } from './hash-file.js';
import type { BulkHasher, HashContext } from './hash-files.js';
import {
  readReply,
  type HashReply,
  type HashRequest,
  type HashThreadSetting,
  type ReplyItem,
} from './hash-messages.js';
import type { FoundFile } from './found.js';
import { startThread } from './start-thread.js';

/** More threads would wait for the one that writes. */
const THREADS_MAX = 4;
/** What one request holds at most; a single file may have more bytes. */
const REQUEST_FILES = 128;
const REQUEST_BYTES = 1024 * 1024;
/** So that a thread has the next request while its answer is being taken. */
const REQUESTS_AT_ONCE = 2;

type Report = (file: FoundFile, outcome: HashOutcome) => void;

/** One bulk of files, with threads of its own: idle ones would keep memory, or the process. */
class BulkRun {
  readonly #files: readonly FoundFile[];
  readonly #context: HashContext;
  readonly #report: Report;
  readonly #threads: Worker[] = [];
  readonly #ends: Promise<unknown>[] = [];
  readonly #stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  /** Files that the caller is to hash. */
  #left: FoundFile[] = [];
  #given = 0;
  #answered = 0;

  constructor(files: readonly FoundFile[], context: HashContext, report: Report) {
    this.#files = files;
    this.#context = context;
    this.#report = report;
  }

  async run(objects: RepositoryObjects): Promise<readonly FoundFile[]> {
    const { signal } = this.#context;
    signal?.throwIfAborted();
    let stop = (): void => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        stop = () => reject(signal?.reason);
        signal?.addEventListener('abort', stop);
        this.#start(this.#settingFor(objects), resolve, reject);
      });
    } finally {
      signal?.removeEventListener('abort', stop);
      await this.#end();
    }
    return this.#left;
  }

  #settingFor(objects: RepositoryObjects): HashThreadSetting {
    const { root, batch, algorithm, maxFileBytes } = this.#context;
    // A file that has grown since it was seen is streamed, as any large one is.
    const maxBytes = Math.min(maxFileBytes, STREAMED_FROM_BYTES);
    const known = batch.storesNothing === true ? null : objects.sharePresence();
    return { root, algorithm, maxBytes, known, stop: this.#stop };
  }

  #start(setting: HashThreadSetting, done: () => void, fail: (error: unknown) => void): void {
    const useful = Math.ceil(this.#files.length / REQUEST_FILES);
    const count = Math.min(availableParallelism(), THREADS_MAX, useful);
    const script = new URL('./hash-worker.js', import.meta.url);
    while (this.#threads.length < count) {
      const thread = startThread(script, { workerData: setting });
      if (thread === null) break;
      this.#threads.push(thread);
      this.#ends.push(new Promise((resolve) => thread.once('exit', resolve)));
      thread.on('error', fail);
      thread.on('exit', () => fail(endedEarly()));
      thread.on('message', (reply: HashReply) => {
        try {
          this.#take(reply);
          if (this.#answered === this.#files.length) done();
          else this.#give(thread);
        } catch (error) {
          fail(error);
        }
      });
    }
    if (this.#threads.length === 0) {
      this.#left = [...this.#files];
      done();
    }
    for (let ahead = 0; ahead < REQUESTS_AT_ONCE; ahead++) {
      for (const thread of this.#threads) this.#give(thread);
    }
  }

  #give(thread: Worker): void {
    const request: HashRequest = { first: this.#given, paths: [] };
    for (let bytes = 0; bytes < REQUEST_BYTES && request.paths.length < REQUEST_FILES;) {
      const file = this.#files[this.#given];
      if (file === undefined) break;
      request.paths.push(file.path);
      bytes += file.size;
      this.#given++;
    }
    if (request.paths.length > 0) thread.postMessage(request);
  }

  #take(reply: HashReply): void {
    let place = reply.first;
    for (const item of readReply(reply, this.#context.algorithm)) {
      this.#takeItem(this.#files[place++] as FoundFile, item);
    }
    this.#answered += place - reply.first;
  }

  #takeItem(file: FoundFile, { outcome, contents }: ReplyItem): void {
    const { batch } = this.#context;
    if (contents !== null) batch.addDeflated(contents);
    // What a thread found in the repository may be gone by now, and must be made to look new.
    const isUnknown = outcome.kind === 'hashed' && contents === null && !batch.has(outcome.oid);
    if (isUnknown || outcome.kind === 'too_large') this.#left.push(file);
    else this.#report(file, outcome);
  }

  /**
   * Lets the threads end by themselves, at once. Node 20 aborts the whole process when a thread is
   * terminated while it makes a compressor.
   */
  async #end(): Promise<void> {
    Atomics.store(this.#stop, 0, 1);
    for (const thread of this.#threads) thread.postMessage(null);
    await Promise.all(this.#ends);
  }
}

function endedEarly(): PitonError {
  return new PitonError('INTERNAL', 'a hashing thread ended before its work was done', {
    hint: 'try again; if it happens every time, please report it as a defect in piton',
  });
}

/**
 * Hashes files on threads, which also compress what the repository does not have; the batch is
 * written to by the calling thread alone. Outcomes are those of `hashOne`, in any order. Leaves to
 * its caller what threads cannot tell for certain, and everything when it is given no thread.
 * The first error, or the signal, ends all threads.
 */
export function poolHasher(objects: RepositoryObjects): BulkHasher {
  return (files, context, report) => new BulkRun(files, context, report).run(objects);
}
