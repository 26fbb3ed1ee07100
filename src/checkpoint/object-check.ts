import { MODE, type ObjectId, type OperationOptions, type TreeEntry } from '../core/types.js';
import type { ObjectReader } from '../store/object-store.js';
import { damaged } from '../store/objects/damage.js';
import { decodeCommit, decodeTree, type DecodedCommit } from '../store/objects/object-format.js';
import { hasSafeName } from '../worktree/safe-names.js';
import { DamageList, problemOf } from './damage.js';

/** A tree whose entries are being checked. */
interface Frame {
  oid: ObjectId;
  entries: readonly TreeEntry[];
  next: number;
  damage: DamageList;
}

const OBJECTS_BETWEEN_REPORTS = 100;
const NO_DAMAGE = new DamageList();

/** Whether a checkpoint may hold it. */
export function isSafeEntry(entry: TreeEntry): boolean {
  return entry.mode !== MODE.gitlink && hasSafeName(entry);
}

/**
 * Reads objects to their end, which verifies them: each one once, however many checkpoints share
 * it. Trees are walked without recursion, because hostile ones can be deeper than a stack.
 */
export class ObjectCheck {
  readonly #objects: ObjectReader;
  readonly #options: OperationOptions;
  readonly #wholeBlobs = new Set<ObjectId>();
  readonly #brokenBlobs = new Map<ObjectId, string>();
  readonly #trees = new Map<ObjectId, DamageList>();
  #done = 0;

  constructor(objects: ObjectReader, options: OperationOptions) {
    this.#objects = objects;
    this.#options = options;
  }

  /** @throws {PitonError} `OBJECT_DAMAGED`, as everywhere in this class where nothing is said. */
  async readCommit(oid: ObjectId): Promise<DecodedCommit> {
    return decodeCommit(await this.#read(oid, 'commit'));
  }

  async readTree(oid: ObjectId): Promise<TreeEntry[]> {
    return decodeTree(await this.#read(oid, 'tree'), this.#objects.algorithm);
  }

  async readBlob(oid: ObjectId): Promise<Buffer> {
    return this.#read(oid, 'blob');
  }

  /** Everything that is wrong with a tree and all that it holds; throws for no damage. */
  async checkTree(root: ObjectId): Promise<DamageList> {
    const stack: Frame[] = [];
    const result = new DamageList();
    result.addAll(await this.#enter(root, stack));
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const entry = top.entries[top.next++];
      if (entry !== undefined) {
        await this.#checkEntry(entry, top, stack);
        continue;
      }
      stack.pop();
      this.#trees.set(top.oid, top.damage.isEmpty ? NO_DAMAGE : top.damage);
      (stack.at(-1)?.damage ?? result).addAll(top.damage);
    }
    return result;
  }

  /** The damage of a tree that is known; otherwise none yet, and the tree is on the stack. */
  async #enter(oid: ObjectId, stack: Frame[]): Promise<DamageList> {
    const known = this.#trees.get(oid);
    if (known !== undefined) return known;
    const damage = new DamageList();
    try {
      const entries = await this.readTree(oid);
      stack.push({ oid, entries, next: 0, damage });
      return NO_DAMAGE;
    } catch (error) {
      damage.add(oid, problemOf(error));
      this.#trees.set(oid, damage);
      return damage;
    }
  }

  async #checkEntry(entry: TreeEntry, top: Frame, stack: Frame[]): Promise<void> {
    const { mode, oid } = entry;
    if (!isSafeEntry(entry)) top.damage.add(top.oid, 'holds a path that is not safe to write');
    if (mode === MODE.directory) top.damage.addAll(await this.#enter(oid, stack));
    else if (mode !== MODE.gitlink) await this.#checkBlob(oid, top.damage);
  }

  async #checkBlob(oid: ObjectId, damage: DamageList): Promise<void> {
    if (this.#wholeBlobs.has(oid)) return;
    try {
      if (!this.#brokenBlobs.has(oid)) await this.#readThrough(oid);
      else damage.add(oid, this.#brokenBlobs.get(oid) ?? '');
    } catch (error) {
      const problem = problemOf(error);
      this.#brokenBlobs.set(oid, problem);
      damage.add(oid, problem);
    }
  }

  /** Contents that may not fit in memory. */
  async #readThrough(oid: ObjectId): Promise<void> {
    this.#step();
    const object = await this.#objects.readStream(oid);
    if (object.whole === undefined) {
      for await (const chunk of object.stream) {
        void chunk;
        this.#options.signal?.throwIfAborted();
      }
    }
    if (object.type !== 'blob') throw wrongType(oid, object.type, 'blob');
    this.#wholeBlobs.add(oid);
  }

  async #read(oid: ObjectId, wanted: 'commit' | 'tree' | 'blob'): Promise<Buffer> {
    this.#step();
    const { type, data } = await this.#objects.read(oid);
    if (type !== wanted) throw wrongType(oid, type, wanted);
    return data;
  }

  #step(): void {
    const { signal, onProgress } = this.#options;
    signal?.throwIfAborted();
    if (this.#done % OBJECTS_BETWEEN_REPORTS === 0) {
      onProgress?.({ phase: 'verifying', done: this.#done });
    }
    this.#done++;
  }
}

function wrongType(oid: ObjectId, type: string, wanted: string): Error {
  return damaged(`a ${type} is where a ${wanted} should be`, { object: oid });
}
