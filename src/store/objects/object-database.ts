import { Readable } from 'node:stream';
import type { PitonError } from '../../core/errors.js';
import type {
  Durability,
  GitObject,
  HashAlgorithm,
  ObjectId,
  ObjectType,
} from '../../core/types.js';
import type { ObjectBatch, ObjectStore, ObjectStream } from '../object-store.js';
import { Batch } from './batch.js';
import { damaged, isDamage, objectDamage } from './damage.js';
import { emptyBlobId, emptyTreeId, hashObject } from './object-format.js';
import { Pace } from './pace.js';
import type { KnownPack } from './pack-catalog.js';
import { ObjectPresence, type SharedPresence } from './presence.js';
import { StoredCheck } from './stored-check.js';
import { StoredObjects } from './stored-objects.js';

/**
 * More objects than this are written as one pack instead of as a file each: the number from which
 * git keeps what it fetched as a pack (transfer.unpackLimit). Making a file costs more than writing
 * it, and a pack is two files; but a repository of many packs is slow to look things up in.
 */
const LOOSE_LIMIT = 100;

export interface ObjectStoreOptions {
  /** Absolute path of the repository's `objects` folder. */
  objectsDir: string;
  algorithm: HashAlgorithm;
  durability: Durability;
  /** Another way to an object that is not found whole here; what it gives is verified. */
  fallback?: (oid: ObjectId) => Promise<GitObject | null>;
  /** Objects that a batch still writes as loose ones. */
  looseLimit?: number;
}

/** An ObjectStore that can also tell worker threads which objects there are. */
export interface RepositoryObjects extends ObjectStore {
  sharePresence(): SharedPresence;
}

/** Opens piton's own way to a repository's objects; nothing of them is read yet. */
export function openObjectStore(options: ObjectStoreOptions): RepositoryObjects {
  return new ObjectDatabase(options);
}

/** Contents in memory; a stream of them is only made when somebody wants one. */
class WholeObject implements ObjectStream {
  readonly type: ObjectType;
  readonly size: number;
  readonly whole: Buffer;

  constructor(type: ObjectType, data: Buffer) {
    this.type = type;
    this.size = data.length;
    this.whole = data;
  }

  get stream(): Readable {
    return Readable.from([this.whole], { objectMode: false });
  }
}

interface Look<T> {
  found: T | null;
  damage?: PitonError;
}

class ObjectDatabase implements RepositoryObjects {
  readonly algorithm: HashAlgorithm;
  readonly #options: ObjectStoreOptions;
  readonly #presence: ObjectPresence;
  readonly #stored: StoredObjects;
  readonly #pace = new Pace();
  /** What git reads without its being stored. */
  readonly #wellKnown: ReadonlyMap<ObjectId, ObjectType>;

  constructor(options: ObjectStoreOptions) {
    this.algorithm = options.algorithm;
    this.#options = options;
    this.#presence = ObjectPresence.open(options.objectsDir, options.algorithm);
    this.#stored = new StoredObjects(this.#presence);
    this.#wellKnown = new Map<ObjectId, ObjectType>([
      [emptyTreeId(options.algorithm), 'tree'],
      [emptyBlobId(options.algorithm), 'blob'],
    ]);
  }

  has(oid: ObjectId): boolean {
    if (this.#presence.has(oid)) return true;
    if (!this.#presence.isOutdated()) return false;
    this.refresh();
    return this.#presence.has(oid);
  }

  storedSize(oid: ObjectId): number | null {
    let size = this.#stored.ownSize(oid);
    if (size === null && this.#presence.isOutdated()) {
      this.refresh();
      size = this.#stored.ownSize(oid);
    }
    return size ?? (this.#presence.has(oid) ? 0 : null);
  }

  async read(oid: ObjectId): Promise<GitObject> {
    await this.#pace.rest();
    const type = this.#wellKnown.get(oid);
    if (type !== undefined) return { type, data: Buffer.alloc(0) };
    const { found, damage } = this.#lookTwice(oid, () => this.#stored.read(oid));
    if (found !== null) return found;
    const other = (await this.#options.fallback?.(oid)) ?? null;
    if (other !== null && hashObject(this.algorithm, other.type, other.data) === oid) return other;
    throw damage ?? damaged(`object ${oid} is missing`, { object: oid, problem: 'missing' });
  }

  async readStream(oid: ObjectId): Promise<ObjectStream> {
    const small = this.#look(oid, () => this.#stored.readAtHand(oid)).found;
    if (small !== null) {
      await this.#pace.rest();
      return new WholeObject(small.type, small.data);
    }
    let look = this.#look(oid, () => this.#stored.stream(oid));
    if (look.found === null && this.#presence.isOutdated()) {
      this.refresh();
      look = this.#look(oid, () => this.#stored.stream(oid));
    }
    if (look.found !== null) return look.found;
    const { type, data } = await this.read(oid);
    return new WholeObject(type, data);
  }

  async isWhole(oid: ObjectId): Promise<boolean> {
    await this.#pace.rest();
    if (this.#look(oid, () => this.#stored.isIntact(oid)).found === true) return true;
    try {
      const object = await this.readStream(oid);
      if (object.whole === undefined) for await (const chunk of object.stream) void chunk;
      return true;
    } catch (error) {
      if (isDamage(error)) return false;
      throw error;
    }
  }

  /** git may have repacked since the folders were looked at, so that everything lies elsewhere. */
  #lookTwice<T>(oid: ObjectId, find: () => T | null): Look<T> {
    const first = this.#look(oid, find);
    if (first.found !== null) return first;
    this.refresh();
    return this.#look(oid, find);
  }

  #look<T>(oid: ObjectId, find: () => T | null): Look<T> {
    try {
      return { found: find() };
    } catch (error) {
      if (!isDamage(error)) throw error;
      return { found: null, damage: objectDamage(oid, error) };
    }
  }

  beginBatch(): ObjectBatch {
    if (this.#presence.isOutdated()) this.refresh();
    const { objectsDir, algorithm, durability, looseLimit = LOOSE_LIMIT } = this.#options;
    const check = new StoredCheck(this.#presence, this.#stored);
    const onPack = (pack: KnownPack): void => {
      this.#presence.addPack(pack);
    };
    return new Batch({ objectsDir, algorithm, durability, looseLimit, check, onPack });
  }

  sharePresence(): SharedPresence {
    return this.#presence.share();
  }

  refresh(): void {
    this.#stored.refresh();
  }

  close(): void {
    this.#stored.close();
  }
}
