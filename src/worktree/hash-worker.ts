import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { joinPath } from '../core/byte-path.js';
import type { ObjectId } from '../core/types.js';
import type { DeflatedObject } from '../store/object-store.js';
import { deflate } from '../store/objects/compression.js';
import { hashObject } from '../store/objects/object-format.js';
import { ObjectPresence } from '../store/objects/presence.js';
import { StoredCheck } from '../store/objects/stored-check.js';
import { StoredObjects } from '../store/objects/stored-objects.js';
import { hashedFile } from './hash-file.js';
import {
  ReplyWriter,
  type HashReply,
  type HashRequest,
  type HashThreadSetting,
} from './hash-messages.js';
import { readStable } from './stable-read.js';

/** Hashes files, and compresses the contents that the repository does not have. */
class HashThread {
  readonly #setting: HashThreadSetting;
  readonly #check: StoredCheck | null = null;
  /** What was handed over already: many files have the same contents. */
  readonly #given = new Set<ObjectId>();

  constructor(setting: HashThreadSetting) {
    this.#setting = setting;
    if (setting.known === null) return;
    const presence = ObjectPresence.fromShared(setting.known);
    this.#check = new StoredCheck(presence, new StoredObjects(presence));
  }

  /** Null when the answer is not wanted any more. */
  hash({ first, paths }: HashRequest): HashReply | null {
    const { root, algorithm, maxBytes, stop } = this.#setting;
    const writer = new ReplyWriter(algorithm, paths.length);
    for (const path of paths) {
      if (Atomics.load(stop, 0) !== 0) return null;
      const read = readStable(joinPath(root, path), maxBytes);
      if (typeof read === 'string') {
        writer.add({ kind: read }, null);
        continue;
      }
      const oid = hashObject(algorithm, 'blob', read.data);
      writer.add(hashedFile(oid, read.stat, read.stable), this.#contentsOf(oid, read.data));
    }
    return writer.finish(first);
  }

  #contentsOf(oid: ObjectId, data: Buffer): DeflatedObject | null {
    if (this.#check === null || this.#given.has(oid)) return null;
    this.#given.add(oid);
    if (this.#check.stateOf(oid) === 'stored') return null;
    return { oid, type: 'blob', size: data.length, deflated: deflate(data) };
  }
}

/** Answers requests until it is told `null`. */
function serve(port: MessagePort, thread: HashThread): void {
  port.on('message', (request: HashRequest | null) => {
    if (request === null) {
      port.close();
      return;
    }
    const reply = thread.hash(request);
    if (reply !== null) port.postMessage(reply, [reply.outcomes.buffer, reply.deflated.buffer]);
  });
}

serve(parentPort as MessagePort, new HashThread(workerData as HashThreadSetting));
