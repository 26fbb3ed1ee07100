import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { toPitonError } from '../../core/errors.js';
import { writeAtomic } from '../../disk/atomic-write.js';
import { baseOfRef, looseRefNames } from '../repository/loose-refs.js';
import type { RefPlace } from '../repository/loose-refs.js';
import { readPackedRefs } from '../repository/packed-refs.js';
import type { PackedRefs } from '../repository/packed-refs.js';
import { refConflict, refLocked, refMismatch } from '../repository/ref-errors.js';
import { assertEdits, foldersOf } from '../repository/ref-edits.js';
import type { RefEdit } from '../ref-store.js';
import type { RefBases } from '../repository/ref-bases.js';
import { RefLock } from './ref-lock.js';
import { resolveRef } from './resolve-ref.js';

const PACKED = 'packed-refs';

interface LockedEdit {
  edit: RefEdit;
  base: string;
  lock: RefLock;
}

/**
 * Refs locked and verified, so that `commit` can hardly fail and `release` changes nothing. A
 * symbolic ref among them is replaced or deleted itself; what it points at stays as it is.
 */
export class RefTransaction {
  readonly #place: RefPlace;
  readonly #bases: RefBases;
  readonly #locked: LockedEdit[] = [];
  #packedLock: RefLock | null = null;
  /** New contents of packed-refs. */
  #packed: Buffer | null = null;
  /** Refs that go without a lock on packed-refs, which this user may not take. */
  #unguarded: ReadonlySet<string> = new Set();

  private constructor(place: RefPlace, bases: RefBases) {
    this.#place = place;
    this.#bases = bases;
  }

  /** Locks are taken in the order of names, so that two transactions do not block each other. */
  static async prepare(
    place: RefPlace,
    bases: RefBases,
    edits: readonly RefEdit[],
  ): Promise<RefTransaction> {
    assertEdits(edits, place.algorithm);
    const transaction = new RefTransaction(place, bases);
    try {
      await transaction.#lock(edits);
      await transaction.#verify();
      return transaction;
    } catch (error) {
      transaction.release();
      throw error;
    }
  }

  /** In the given order, except that deleted refs leave packed-refs before all. */
  commit(): void {
    try {
      if (this.#packed !== null) {
        const path = join(this.#place.commonDir, PACKED);
        writeAtomic(path, this.#packed, { durability: this.#bases.durability });
      }
      for (const { edit, lock } of this.#locked) {
        if (edit.value === null) lock.delete();
        else lock.commit();
      }
      if (this.#unguarded.size > 0) this.#assertNotPacked(this.#unguarded);
    } finally {
      this.release();
    }
    const files = this.#locked.map(({ edit, base }) => ({ base, name: edit.name }));
    this.#bases.sync(files);
  }

  release(): void {
    this.#packedLock?.release();
    for (const { lock } of this.#locked) lock.release();
  }

  async #lock(edits: readonly RefEdit[]): Promise<void> {
    const byName = [...edits].sort((left, right) => (left.name < right.name ? -1 : 1));
    for (const edit of byName) {
      const base = baseOfRef(this.#place, edit.name);
      const lock = await RefLock.take(this.#bases.at(base), edit.name);
      this.#locked.push({ edit, base, lock });
    }
    const position = new Map(edits.map((edit, index) => [edit, index]));
    const order = ({ edit }: LockedEdit): number => position.get(edit) ?? 0;
    this.#locked.sort((left, right) => order(left) - order(right));
  }

  async #verify(): Promise<void> {
    const { commonDir, algorithm } = this.#place;
    const packed = readPackedRefs(commonDir, algorithm);
    const gone = new Set<string>();
    for (const { edit, lock } of this.#locked) {
      const found = resolveRef(this.#place, edit.name, packed).oid;
      if (found !== edit.expected) throw refMismatch(edit.name, edit.expected, found);
      if (edit.value === null) {
        gone.add(edit.name);
        continue;
      }
      if (found === null) assertRoomFor(this.#place, edit.name, packed);
      lock.write(`${edit.value}\n`);
    }
    if (gone.size > 0) await this.#unpack(gone);
  }

  /** The lock is kept to the end, or else git could pack a ref again before its file is deleted. */
  async #unpack(gone: ReadonlySet<string>): Promise<void> {
    const { commonDir, algorithm } = this.#place;
    try {
      this.#packedLock = await RefLock.take(this.#bases.at(commonDir), PACKED);
    } catch (error) {
      if (toPitonError(error).code !== 'PERMISSION_DENIED') throw error;
      if (packedOf(this.#place, gone).length > 0) throw error;
      // A ref that is not packed lies in a folder of its own, where the user may well write.
      this.#unguarded = gone;
      return;
    }
    const packed = readPackedRefs(commonDir, algorithm);
    const isPacked = packedOf(this.#place, gone, packed).length > 0;
    this.#packed = isPacked ? packed.without(gone) : null;
  }

  /**
   * Who packs refs takes the lock before he reads them. So once the files are gone, with no lock
   * there and none of them packed, none can be packed any more.
   * @throws {PitonError} `LOCKED`: another user packed the refs at that moment
   */
  #assertNotPacked(gone: ReadonlySet<string>): void {
    const path = join(this.#place.commonDir, `${PACKED}.lock`);
    const [name] = existsSync(path) ? gone : packedOf(this.#place, gone);
    if (name !== undefined) throw refLocked(name, path);
  }
}

function packedOf(
  { commonDir, algorithm }: RefPlace,
  names: ReadonlySet<string>,
  packed: PackedRefs = readPackedRefs(commonDir, algorithm),
): string[] {
  return [...names].filter((name) => packed.get(name) !== null);
}

/** A ref cannot be a folder of another one. */
function assertRoomFor(place: RefPlace, name: string, packed: PackedRefs): void {
  const prefix = `${name}/`;
  const below = [...packed.names(prefix), ...looseRefNames(place, prefix)];
  const above = foldersOf(name).filter((folder) => resolveRef(place, folder, packed).oid !== null);
  const [other] = [...above, ...below];
  if (other !== undefined) throw refConflict(name, other);
}
