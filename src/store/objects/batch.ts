import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { PitonError, toPitonError } from '../../core/errors.js';
import type { Durability, HashAlgorithm, ObjectId, ObjectType } from '../../core/types.js';
import type { BatchResult, DeflatedObject, ObjectBatch } from '../object-store.js';
import { deflate } from './compression.js';
import { hashObject } from './object-format.js';
import type { KnownPack } from './pack-catalog.js';
import { writeBlobStream } from './pack-stream.js';
import { PackWriter } from './pack-writer.js';
import { Publication } from './publication.js';
import { publishLoose } from './publish-loose.js';
import { publishPack } from './publish-pack.js';
import type { StoredCheck } from './stored-check.js';

/** Compressed bytes that wait in memory before a pack is begun. */
const PENDING_BYTES = 16 * 1024 * 1024;

export interface BatchSetting {
  objectsDir: string;
  algorithm: HashAlgorithm;
  durability: Durability;
  /** Objects that still go loose; one more begins a pack. */
  looseLimit: number;
  check: StoredCheck;
  onPack: (pack: KnownPack) => void;
}

interface PendingObject {
  object: DeflatedObject;
  /** Whether it takes the place of a damaged loose file, which a pack would not. */
  isRepair: boolean;
}

/**
 * Gathers objects in memory, and in a pack once there are many. While `addStream` is writing, other
 * objects wait in memory: a pack holds one entry after the other.
 */
export class Batch implements ObjectBatch {
  readonly #setting: BatchSetting;
  /** Objects that need no more attention: in this batch, or found in the repository. */
  readonly #settled = new Set<ObjectId>();
  #pending: PendingObject[] = [];
  #pendingBytes = 0;
  #writer: PackWriter | null = null;
  #source: Readable | null = null;
  /** What streams, and publishing, wait for in order to come one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  /** What `publish` made visible. */
  #publication: Publication | null = null;
  #failure: PitonError | null = null;

  constructor(setting: BatchSetting) {
    this.#setting = setting;
  }

  has(oid: ObjectId): boolean {
    return this.#settled.has(oid) || this.#setting.check.isThere(oid);
  }

  add(type: ObjectType, data: Uint8Array): ObjectId {
    const oid = hashObject(this.#setting.algorithm, type, data);
    this.#accept(oid, () => ({ oid, type, size: data.length, deflated: deflate(data) }));
    return oid;
  }

  addDeflated(object: DeflatedObject): void {
    this.#accept(object.oid, () => object);
  }

  #accept(oid: ObjectId, make: () => DeflatedObject): void {
    this.#assertOpen();
    if (this.#settled.has(oid)) return;
    const state = this.#setting.check.stateOf(oid);
    this.#settled.add(oid);
    if (state === 'stored') return;
    const object = make();
    this.#pending.push({ object, isRepair: state === 'damaged' });
    this.#pendingBytes += object.deflated.length;
    if (this.#source !== null) return;
    const isMuch =
      this.#pending.length > this.#setting.looseLimit || this.#pendingBytes > PENDING_BYTES;
    if (this.#writer !== null || isMuch) this.#drainOrFail();
  }

  #drainOrFail(): void {
    try {
      this.#drain();
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** Moves what is pending into the pack. */
  #drain(): PackWriter {
    const writer = (this.#writer ??= new PackWriter(join(this.#setting.objectsDir, 'pack')));
    const repairs = this.#pending.filter((pending) => pending.isRepair);
    for (const { object, isRepair } of this.#pending) if (!isRepair) writer.append(object);
    this.#pending = repairs;
    this.#pendingBytes = 0;
    return writer;
  }

  addStream(size: number, stream: Readable): Promise<ObjectId | null> {
    // It may fail before its turn comes; `pipeline` finds out then.
    stream.on('error', ignore);
    return this.#inTurn(async () => {
      try {
        this.#assertOpen();
        return await this.#addStreamNow(size, stream);
      } catch (error) {
        throw this.#fail(error);
      } finally {
        this.#source = null;
        stream.destroy();
      }
    });
  }

  async #addStreamNow(size: number, stream: Readable): Promise<ObjectId | null> {
    const { algorithm, check } = this.#setting;
    const writer = this.#drain();
    this.#source = stream;
    const entry = await writeBlobStream(writer, algorithm, size, stream);
    if (entry === null) return null;
    const isStored = await check.isLargeStored(entry.oid);
    if (isStored || this.#settled.has(entry.oid)) writer.cut(entry.offset);
    else writer.entries.push(entry);
    this.#settled.add(entry.oid);
    return entry.oid;
  }

  publish(): Promise<BatchResult> {
    return this.#inTurn(async () => {
      this.#assertOpen();
      this.#isClosed = true;
      const publication = new Publication();
      try {
        const result = await this.#publishInto(publication);
        this.#publication = publication;
        return result;
      } catch (error) {
        const failure = this.#fail(error);
        publication.withdraw();
        throw failure;
      }
    });
  }

  async #publishInto(publication: Publication): Promise<BatchResult> {
    const { objectsDir, algorithm, durability, onPack } = this.#setting;
    if (this.#writer !== null) this.#drain();
    const inPack = this.#writer?.entries.length ?? 0;
    let bytes = 0;
    let pack: KnownPack | null = null;
    if (this.#writer !== null && inPack > 0) {
      const published = await publishPack(this.#writer, algorithm, durability, publication);
      ({ pack, bytes } = published);
    }
    const loose = this.#pending.map((pending) => pending.object);
    bytes += await publishLoose(objectsDir, loose, durability, publication);
    if (pack === null) this.#writer?.discard();
    else onPack(pack);
    this.#pending = [];
    return { objects: inPack + loose.length, bytes, packed: pack !== null };
  }

  async discard(): Promise<void> {
    this.#isClosed = true;
    this.#source?.destroy();
    await this.#turn;
    this.#release();
    this.#publication?.withdraw();
    this.#publication = null;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.then(ignore, ignore);
    return result;
  }

  #assertOpen(): void {
    if (this.#failure !== null) throw this.#failure;
    if (this.#isClosed) throw new PitonError('INTERNAL', 'the batch of objects is finished');
  }

  #fail(error: unknown): PitonError {
    this.#failure ??= toPitonError(error);
    this.#isClosed = true;
    this.#release();
    return this.#failure;
  }

  #release(): void {
    this.#writer?.discard();
    this.#pending = [];
  }
}

function ignore(): void {
  // What went wrong is told elsewhere.
}
