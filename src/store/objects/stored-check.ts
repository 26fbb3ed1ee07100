import { lutimesSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { systemErrorCode } from '../../core/errors.js';
import type { ObjectId } from '../../core/types.js';
import { isDamage } from './damage.js';
import { readLoose } from './loose-file.js';
import type { KnownPack } from './pack-catalog.js';
import { loosePath, type ObjectPresence } from './presence.js';
import type { StoredObjects } from './stored-objects.js';

const CANNOT_TOUCH = new Set(['ENOENT', 'EACCES', 'EPERM', 'EROFS']);

/** Makes a file look new, and says whether that went well. */
function touch(path: string): boolean {
  const now = new Date();
  try {
    lutimesSync(path, now, now);
    return true;
  } catch (error) {
    if (CANNOT_TOUCH.has(systemErrorCode(error) ?? '')) return false;
    throw error;
  }
}

/** `damaged`: the repository's own loose file is there and not whole. */
export type StoredState = 'stored' | 'absent' | 'damaged';

/**
 * Whether objects need not be written because the repository has them. What it has is made to look
 * new, as git does (freshen_packed_object, freshen_loose_object): an object that nothing refers to
 * yet is taken by `git gc` for being old. What cannot be made new counts as absent, and so does
 * what only cruft packs hold. Alternates are only ever read.
 */
export class StoredCheck {
  readonly #presence: ObjectPresence;
  readonly #objects: StoredObjects;
  readonly #freshPacks = new Set<KnownPack>();
  #hasLookedAgain = false;

  constructor(presence: ObjectPresence, objects: StoredObjects) {
    this.#presence = presence;
    this.#objects = objects;
  }

  /** Looks at names only. */
  isThere(oid: ObjectId): boolean {
    if (this.#isPacked(oid)) return true;
    return this.#presence.findAllLoose(oid).some((path) => this.#isUsable(oid, path));
  }

  /** Believes packs; reads a loose object whole, since a crash may have cut it short. */
  stateOf(oid: ObjectId): StoredState {
    if (this.#isPacked(oid)) return 'stored';
    let state: StoredState = 'absent';
    for (const path of this.#presence.findAllLoose(oid)) {
      try {
        const isWhole = readLoose(path, this.#presence.algorithm, oid) !== null;
        if (isWhole && this.#isUsable(oid, path)) return 'stored';
      } catch (error) {
        if (!isDamage(error)) throw error;
        if (this.#isOwn(oid, path)) state = 'damaged';
      }
    }
    return state;
  }

  /** As `stateOf`, for an object that may not fit in memory. */
  async isLargeStored(oid: ObjectId): Promise<boolean> {
    if (this.#isPacked(oid)) return true;
    try {
      const large = this.#objects.streamLoose(oid);
      if (large === null) return this.stateOf(oid) === 'stored';
      await finished(large.stream.resume());
    } catch (error) {
      if (isDamage(error)) return false;
      throw error;
    }
    return this.isThere(oid);
  }

  #isPacked(oid: ObjectId): boolean {
    for (;;) {
      const pack = this.#presence.findPack(oid);
      if (pack === null || !pack.isOwn || this.#freshPacks.has(pack)) return pack !== null;
      if (touch(pack.path)) {
        this.#freshPacks.add(pack);
        return true;
      }
      // git has repacked in the meantime, or the pack is not ours to touch.
      if (this.#hasLookedAgain) return false;
      this.#hasLookedAgain = true;
      this.#objects.refresh();
    }
  }

  #isUsable(oid: ObjectId, path: string): boolean {
    return !this.#isOwn(oid, path) || touch(path);
  }

  #isOwn(oid: ObjectId, path: string): boolean {
    return path === loosePath(this.#presence.objectsDirs[0] as string, oid);
  }
}
