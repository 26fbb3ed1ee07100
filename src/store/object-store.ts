import type { Readable } from 'node:stream';
import type { GitObject, HashAlgorithm, ObjectId, ObjectType } from '../core/types.js';

/** An object whose contents arrive piece by piece; reading to the end verifies its id. */
export interface ObjectStream {
  type: ObjectType;
  /** Bytes of the contents. */
  size: number;
  stream: Readable;
  /** The contents, already verified, when they are in memory anyway; then `stream` may be left. */
  whole?: Buffer;
}

/** Reads objects. Whatever comes out has been hashed and has the id that was asked for. */
export interface ObjectReader {
  readonly algorithm: HashAlgorithm;
  /** Whether the object is in the repository or one of its alternates. Contents not checked. */
  has(oid: ObjectId): boolean;
  /** @throws {PitonError} `OBJECT_DAMAGED` with `details.object` when missing or not whole. */
  read(oid: ObjectId): Promise<GitObject>;
  /** As `read`, for contents that may not fit in memory. Errors of the contents end the stream. */
  readStream(oid: ObjectId): Promise<ObjectStream>;
}

/** Contents already hashed and compressed elsewhere (a worker thread). */
export interface DeflatedObject {
  oid: ObjectId;
  type: ObjectType;
  /** Bytes of the contents before compression. */
  size: number;
  /** A zlib stream of the contents alone, without any header. */
  deflated: Uint8Array;
}

export interface BatchResult {
  /** Objects written, not counting those that the repository had. */
  objects: number;
  /** Bytes added to the repository. */
  bytes: number;
  /** Whether they went into a pack; otherwise they are loose. */
  packed: boolean;
}

/**
 * Objects that become part of the repository together: nothing of a batch is visible before
 * `publish`, and `discard` leaves nothing behind, also after `publish`, but for what other
 * processes rely on by now. Objects must be added after what they refer to.
 */
export interface ObjectBatch {
  /** True when it is for looking only: then contents need not be compressed for it. */
  readonly storesNothing?: boolean;
  /** Whether the object is already in the repository or in this batch. */
  has(oid: ObjectId): boolean;
  add(type: ObjectType, data: Uint8Array): ObjectId;
  addDeflated(object: DeflatedObject): void;
  /**
   * A blob too large for memory. `size` is what the stream is expected to hold; when it holds
   * anything else, nothing is added and the result is null.
   */
  addStream(size: number, stream: Readable): Promise<ObjectId | null>;
  /** @throws {PitonError} `NO_SPACE`, `IO_FAILED`…; the batch is then discarded. */
  publish(): Promise<BatchResult>;
  /** Not for a batch to whose objects refs point: after `publish` these would be gone. */
  discard(): Promise<void>;
}

export interface ObjectStore extends ObjectReader {
  /**
   * Whether an object can be read whole. Of what lies as it is in a pack, the checksum that the
   * pack's index has of the compressed bytes tells (as git goes by it when it packs anew).
   */
  isWhole(oid: ObjectId): Promise<boolean>;
  /**
   * Bytes that the object takes up on this repository's disk, compressed and perhaps as a delta;
   * 0 when only an alternate has it, null when it is nowhere. Contents not checked.
   * @throws {PitonError} `OBJECT_DAMAGED` when the pack or its index is not whole.
   */
  storedSize(oid: ObjectId): number | null;
  beginBatch(): ObjectBatch;
  /** Forgets what was learnt about packs and loose objects, after git has repacked. */
  refresh(): void;
  close(): void;
}
