import { bytePathFromText, compareBytes } from '../../core/byte-path.js';
import { SYSTEM_CLOCK } from '../../core/clock.js';
import type { Clock } from '../../core/clock.js';
import type { Durability, HeadState, ObjectId } from '../../core/types.js';
import { looseRefNames, looseRefs, readLooseRef } from '../repository/loose-refs.js';
import type { RefPlace } from '../repository/loose-refs.js';
import { readPackedRefs } from '../repository/packed-refs.js';
import type { PackedRefs } from '../repository/packed-refs.js';
import type { RefValue } from '../repository/ref-content.js';
import { assertHeadMove, reflogReason } from '../repository/head-move.js';
import { assertRefName, assertRefPrefix } from '../repository/ref-name.js';
import type { HeadMove, Ref, RefEdit, RefStore } from '../ref-store.js';
import { RefBases } from '../repository/ref-bases.js';
import type { Warn } from '../repository/ref-bases.js';
import { RefLock } from './ref-lock.js';
import { RefTransaction } from './ref-transaction.js';
import { appendReflog } from './reflog.js';
import { readHeadOf, resolveRef } from './resolve-ref.js';

/**
 * Refs kept as files, by piton's own code. isomorphic-git has no compare-and-swap, no lock that
 * other processes see, and takes a damaged ref for an absent one, so that it is not used here.
 */
export class FileRefs implements RefStore {
  readonly #place: RefPlace;
  readonly #durability: Durability;
  readonly #clock: Clock;
  readonly #warn: Warn | undefined;

  /** @param warn is told of locks that could not be removed. */
  constructor(place: RefPlace, durability: Durability, clock: Clock = SYSTEM_CLOCK, warn?: Warn) {
    this.#place = place;
    this.#durability = durability;
    this.#clock = clock;
    this.#warn = warn;
  }

  read(name: string): Promise<ObjectId | null> {
    return settle(() => {
      if (name !== 'HEAD') assertRefName(name);
      return resolveRef(this.#place, name).oid;
    });
  }

  list(prefix: string): Promise<Ref[]> {
    return settle(() => {
      assertRefPrefix(prefix);
      const loose = looseRefs(this.#place, prefix);
      const packed = this.#readPacked();
      const names = sorted([...loose.keys(), ...packed.names(prefix)]);
      return this.#resolve(names, loose, packed);
    });
  }

  names(prefix: string): Promise<string[]> {
    return settle(() => {
      assertRefPrefix(prefix);
      const loose = looseRefNames(this.#place, prefix);
      return sorted([...loose, ...this.#readPacked().names(prefix)]);
    });
  }

  readAll(names: readonly string[]): Promise<Ref[]> {
    return settle(() => {
      const loose = new Map<string, RefValue>();
      for (const name of names) {
        assertRefName(name);
        const value = readLooseRef(this.#place, name);
        if (value !== null) loose.set(name, value);
      }
      return this.#resolve(names, loose, this.#readPacked());
    });
  }

  transact(edits: readonly RefEdit[]): Promise<void> {
    return this.#withBases((bases) => this.#edit(edits, bases));
  }

  readHead(): Promise<HeadState> {
    return settle(() => readHeadOf(this.#place));
  }

  async moveHead(move: HeadMove, branchExpected: ObjectId | null): Promise<void> {
    await this.#withBases(async (bases) => {
      const headLock = await RefLock.take(bases.at(this.#place.gitDir), 'HEAD');
      try {
        await this.#moveLocked(move, branchExpected, bases, headLock);
      } finally {
        headLock.release();
      }
    });
    this.#log(move, branchExpected);
  }

  /**
   * Files must be read before packed-refs, as git packs a ref before it deletes the file: so a ref
   * that is being packed is seen in one of the two with its present value.
   */
  #resolve(
    names: readonly string[],
    loose: ReadonlyMap<string, RefValue>,
    packed: PackedRefs,
  ): Ref[] {
    const refs: Ref[] = [];
    for (const name of names) {
      const value = loose.get(name);
      const isSymbolic = value?.kind === 'symbolic';
      const oid = isSymbolic ? resolveRef(this.#place, name).oid : (value?.oid ?? packed.get(name));
      if (oid !== null) refs.push({ name, oid });
    }
    return refs;
  }

  #readPacked(): PackedRefs {
    return readPackedRefs(this.#place.commonDir, this.#place.algorithm);
  }

  async #moveLocked(
    move: HeadMove,
    branchExpected: ObjectId | null,
    bases: RefBases,
    headLock: RefLock,
  ): Promise<void> {
    const { to } = move;
    assertHeadMove(move, readHeadOf(this.#place));
    headLock.write(to.ref === null ? `${to.commit}\n` : `ref: ${to.ref}\n`);
    if (to.ref !== null) {
      const edit = { name: to.ref, expected: branchExpected, value: to.commit };
      await this.#edit([edit], bases);
    }
    headLock.commit();
    bases.sync([{ base: this.#place.gitDir, name: 'HEAD' }]);
  }

  async #edit(edits: readonly RefEdit[], bases: RefBases): Promise<void> {
    const transaction = await RefTransaction.prepare(this.#place, bases, edits);
    transaction.commit();
  }

  async #withBases(use: (bases: RefBases) => Promise<void>): Promise<void> {
    const bases = new RefBases(this.#durability, this.#warn);
    try {
      await use(bases);
    } finally {
      bases.close();
    }
  }

  #log(move: HeadMove, branchExpected: ObjectId | null): void {
    const { from, to } = move;
    if (to.commit === null) return;
    const reason = reflogReason(move);
    const none = '0'.repeat(to.commit.length);
    const append = (base: string, ref: string, old: ObjectId | null): void => {
      const line = { from: old ?? none, to: to.commit ?? none, reason };
      appendReflog(base, ref, line, this.#clock, this.#durability);
    };
    append(this.#place.gitDir, 'HEAD', from.commit);
    if (to.ref !== null && to.commit !== branchExpected) {
      append(this.#place.commonDir, to.ref, branchExpected);
    }
  }
}

/** By bytes, as git sorts them; each once. */
function sorted(names: Iterable<string>): string[] {
  return [...new Set(names)]
    .map((name) => ({ name, key: bytePathFromText(name) }))
    .sort((left, right) => compareBytes(left.key, right.key))
    .map(({ name }) => name);
}

function settle<T>(operation: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(operation());
  });
}
