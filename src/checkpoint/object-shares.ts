import { MODE, type ObjectId, type TreeEntry } from '../core/types.js';
import type { ObjectReader } from '../store/object-store.js';
import { isDamage } from '../store/objects/damage.js';
import { decodeCommit, decodeTree, type DecodedCommit } from '../store/objects/object-format.js';

/** Owned by several. */
export const SHARED = -1;
/** The user's own refs keep it, whoever else does. */
export const KEPT = -2;

export interface ShareBounds {
  trees: number;
  objects: number;
}

interface Pending {
  oid: ObjectId;
  isTree: boolean;
}

function ownerAfter(before: number | undefined, owner: number): number {
  if (before === undefined || owner === KEPT) return owner;
  return before === owner || before === KEPT ? before : SHARED;
}

/**
 * Finds out which objects are reachable from which owners' commits, not following parents. A tree
 * is read once for the first owner and once for all others, however often they share it. What is
 * damaged has nothing below it.
 */
export class ObjectShares {
  /** Owners are numbers from 0, or `SHARED` or `KEPT`. */
  readonly owners = new Map<ObjectId, number>();
  readonly #objects: ObjectReader;
  readonly #bounds: ShareBounds;
  #trees = 0;

  /** @param bounds what is beyond them is not looked at: repositories may be hostile */
  constructor(objects: ObjectReader, bounds: ShareBounds) {
    this.#objects = objects;
    this.#bounds = bounds;
  }

  /** Adds an owner of a commit, its tree, and all that the tree holds. */
  async claim(commit: ObjectId, owner: number): Promise<void> {
    if (!this.#own(commit, owner)) return;
    const decoded = await this.#readCommit(commit);
    const pending: Pending[] = decoded === null ? [] : [{ oid: decoded.tree, isTree: true }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (!this.#own(next.oid, owner) || !next.isTree) continue;
      for (const { oid, mode } of await this.#readTree(next.oid)) {
        pending.push({ oid, isTree: mode === MODE.directory });
      }
    }
  }

  /** False when that changed nothing, so that nothing changes below it either. */
  #own(oid: ObjectId, owner: number): boolean {
    const before = this.owners.get(oid);
    const after = ownerAfter(before, owner);
    if (after === before) return false;
    if (before === undefined && this.owners.size >= this.#bounds.objects) return false;
    this.owners.set(oid, after);
    return true;
  }

  async #readCommit(oid: ObjectId): Promise<DecodedCommit | null> {
    return this.#unlessDamaged(async () => {
      const { type, data } = await this.#objects.read(oid);
      return type === 'commit' ? decodeCommit(data) : null;
    });
  }

  async #readTree(oid: ObjectId): Promise<TreeEntry[]> {
    if (this.#trees >= this.#bounds.trees) return [];
    this.#trees++;
    const entries = await this.#unlessDamaged(async () => {
      const { type, data } = await this.#objects.read(oid);
      return type === 'tree' ? decodeTree(data, this.#objects.algorithm) : null;
    });
    return entries ?? [];
  }

  async #unlessDamaged<T>(read: () => Promise<T | null>): Promise<T | null> {
    try {
      return await read();
    } catch (error) {
      if (isDamage(error)) return null;
      throw error;
    }
  }
}
