import { closeSync, lstatSync } from 'node:fs';
import type { PitonError } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import type { GitObject, ObjectId, ObjectType } from '../../core/types.js';
import type { ObjectStream } from '../object-store.js';
import { BaseCache } from './base-cache.js';
import { damaged, isDamage, objectDamage } from './damage.js';
import { openLoose, readLoose } from './loose-file.js';
import { hashObject } from './object-format.js';
import type { KnownPack } from './pack-catalog.js';
import type { PackedEntry } from './pack-entry.js';
import { PackFile } from './pack-file.js';
import type { PackIndex } from './pack-index.js';
import { PackSizes } from './pack-sizes.js';
import { loosePath, type ObjectPresence } from './presence.js';
import { verifiedStream, type StoredStream } from './verified-stream.js';

/** Contents with fewer bytes than this are read whole: a stream costs more than it saves. */
const STREAMED_FROM_BYTES = 1024 * 1024;

type Attempt<T> = () => T | null;

/** Whether an entry of a pack is large and no delta. */
function isStreamed(entry: PackedEntry): entry is PackedEntry & { type: ObjectType } {
  return entry.type !== null && entry.size >= STREAMED_FROM_BYTES;
}

/** Reads the objects that a repository and its alternates hold, verified. */
export class StoredObjects {
  readonly #presence: ObjectPresence;
  readonly #cache = new BaseCache();
  readonly #open = new Map<KnownPack, PackFile>();
  readonly #sizes = new WeakMap<PackIndex, PackSizes>();

  constructor(presence: ObjectPresence) {
    this.#presence = presence;
  }

  /**
   * An object that is not large, from a pack that is open anyway, as those of a checkpoint are one
   * after the other; null when none of these packs has it.
   * @throws {PitonError} `OBJECT_DAMAGED` when this copy is not whole.
   */
  readAtHand(oid: ObjectId): GitObject | null {
    for (const [pack, file] of this.#open) {
      const offset = this.#presence.offsetIn(pack, oid);
      if (offset === null) continue;
      const entry = file.entryAt(offset);
      if (!isStreamed(entry)) return this.#verified(oid, pack, file.read(offset, entry));
    }
    return null;
  }

  /**
   * The first whole copy of an object; null when there is none at all.
   * @throws {PitonError} `OBJECT_DAMAGED` when there are copies and none of them is whole.
   */
  read(oid: ObjectId): GitObject | null {
    return this.#firstOf(oid, this.#copies(oid));
  }

  /** As `read`, for a copy that is large and no delta; null when there is none of that kind. */
  stream(oid: ObjectId): ObjectStream | null {
    return this.#firstOf(oid, this.#streamableCopies(oid));
  }

  /** As `stream`, of loose copies alone. */
  streamLoose(oid: ObjectId): ObjectStream | null {
    return this.#firstOf(oid, this.#looseStreams(oid));
  }

  #firstOf<T>(oid: ObjectId, attempts: Iterable<Attempt<T>>): T | null {
    let damage: PitonError | undefined;
    for (const attempt of attempts) {
      try {
        const found = attempt();
        if (found !== null) return found;
      } catch (error) {
        if (!isDamage(error)) throw error;
        damage ??= objectDamage(oid, error);
      }
    }
    if (damage !== undefined) throw damage;
    return null;
  }

  /** Loose copies before other packs: looking for them does not need the packs' indexes. */
  *#copies(oid: ObjectId): Generator<Attempt<GitObject>> {
    const { algorithm } = this.#presence;
    yield () => this.readAtHand(oid);
    for (const path of this.#presence.findAllLoose(oid)) {
      yield () => readLoose(path, algorithm, oid);
    }
    for (const { pack, index, offset } of this.#presence.findAllPacks(oid)) {
      yield () => this.#readPacked(oid, pack, index, offset);
    }
  }

  #readPacked(oid: ObjectId, pack: KnownPack, index: PackIndex, offset: number): GitObject | null {
    const file = this.#packFile(pack, index);
    return file && this.#verified(oid, pack, file.read(offset));
  }

  #verified(oid: ObjectId, pack: KnownPack, object: GitObject): GitObject {
    const isIt = hashObject(this.#presence.algorithm, object.type, object.data) === oid;
    if (!isIt) throw damaged(`${pack.path} has other contents for it`, { file: pack.path });
    return object;
  }

  *#looseStreams(oid: ObjectId): Generator<Attempt<ObjectStream>> {
    for (const path of this.#presence.findAllLoose(oid)) {
      yield () => this.#streamLoose(oid, path);
    }
  }

  *#streamableCopies(oid: ObjectId): Generator<Attempt<ObjectStream>> {
    yield* this.#looseStreams(oid);
    for (const { pack, index, offset } of this.#presence.findAllPacks(oid)) {
      yield () => this.#streamPacked(oid, pack, index, offset);
    }
  }

  #streamLoose(oid: ObjectId, path: string): ObjectStream | null {
    const file = openLoose(path);
    if (file === null) return null;
    const { fd, fileSize, type, size, headerSize: skip } = file;
    if (size < STREAMED_FROM_BYTES) {
      closeSync(fd);
      return null;
    }
    const stored = { fd, start: 0, end: fileSize - 1, skip, oid, type, size };
    return { type, size, stream: verifiedStream(this.#presence.algorithm, stored) };
  }

  /** Through a descriptor of its own, which stays good when the packs are looked at again. */
  #streamPacked(
    oid: ObjectId,
    pack: KnownPack,
    index: PackIndex,
    offset: number,
  ): ObjectStream | null {
    // A pack that is open anyway tells at once that an object is none of these.
    const known = this.#open.get(pack)?.entryAt(offset);
    if (known !== undefined && !isStreamed(known)) return null;
    const file = PackFile.open(pack.path, index, this.#cache);
    if (file === null) return null;
    let stored: StoredStream | null = null;
    try {
      const entry = file.entryAt(offset);
      if (!isStreamed(entry)) return null;
      const { type, size, dataOffset: start } = entry;
      stored = { fd: file.fd, start, end: file.end - 1, skip: 0, oid, type, size };
    } finally {
      if (stored === null) file.close();
    }
    const stream = verifiedStream(this.#presence.algorithm, stored);
    return { type: stored.type, size: stored.size, stream };
  }

  /**
   * Bytes that an object takes up in the repository's own folder; null when it is not there.
   * @throws {PitonError} `OBJECT_DAMAGED` when the pack or its index is not whole.
   */
  ownSize(oid: ObjectId): number | null {
    for (const { pack, index, offset } of this.#presence.findAllPacks(oid)) {
      const file = pack.isOwn ? this.#packFile(pack, index) : null;
      if (file !== null) return this.#sizesOf(index, file).sizeAt(offset);
    }
    const path = loosePath(this.#presence.objectsDirs[0] as string, oid);
    return lstatSync(path, { throwIfNoEntry: false })?.size ?? null;
  }

  #sizesOf(index: PackIndex, file: PackFile): PackSizes {
    const sizes = this.#sizes.get(index) ?? new PackSizes(index, file.end);
    this.#sizes.set(index, sizes);
    return sizes;
  }

  /**
   * Whether a pack certainly has the object whole; false also when its checksum cannot tell.
   * @throws {PitonError} `OBJECT_DAMAGED` when a pack or its index is not whole.
   */
  isIntact(oid: ObjectId): boolean {
    return this.#presence.findAllPacks(oid).some(({ pack, index, position, offset }) => {
      const checksum = index.checksumAt(position);
      const file = checksum === null ? null : this.#packFile(pack, index);
      if (checksum === null || file === null) return false;
      return file.isIntact(offset, this.#sizesOf(index, file).sizeAt(offset), checksum);
    });
  }

  #packFile(pack: KnownPack, index: PackIndex): PackFile | null {
    const open = this.#open.get(pack);
    if (open !== undefined) return open;
    const file = PackFile.open(pack.path, index, this.#cache);
    if (file === null) return null;
    const oldest =
      this.#open.size < LIMITS.openPacks ? undefined : this.#open.entries().next().value;
    if (oldest !== undefined) {
      oldest[1].close();
      this.#open.delete(oldest[0]);
    }
    this.#open.set(pack, file);
    return file;
  }

  /** Looks at the folders again and closes the packs that are gone. */
  refresh(): void {
    this.#presence.rescan();
    const packs = new Set(this.#presence.packs);
    for (const [pack, file] of this.#open) {
      if (packs.has(pack)) continue;
      file.close();
      this.#open.delete(pack);
    }
    this.#cache.clear();
  }

  close(): void {
    for (const file of this.#open.values()) file.close();
    this.#open.clear();
    this.#cache.clear();
  }
}
