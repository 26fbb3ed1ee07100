import type { HeadState, ObjectId } from '../core/types.js';

/**
 * One change of one ref, with the value it must have now. `expected: null` means that the ref
 * must not exist; `value: null` deletes it. There is no way to write a ref unconditionally.
 */
export interface RefEdit {
  name: string;
  expected: ObjectId | null;
  value: ObjectId | null;
}

export interface Ref {
  name: string;
  oid: ObjectId;
}

/** A move of HEAD: its branch is edited with the expected old value, as every ref is. */
export interface HeadMove {
  /** Where HEAD must stand now, or the move is refused. */
  from: HeadState;
  to: HeadState;
  /** What the reflog says. */
  reason: string;
}

/** Refs of one repository, seen from one worktree (HEAD is the worktree's own). */
export interface RefStore {
  /** The object a ref points at (symbolic refs followed), or null when it does not exist. */
  read(name: string): Promise<ObjectId | null>;
  /** All refs whose name starts with `prefix` (which ends in `/`), sorted by name. */
  list(prefix: string): Promise<Ref[]>;
  /** The names alone, sorted: with refs as files this reads none. Some may point at nothing. */
  names(prefix: string): Promise<string[]>;
  /** Those of the refs that exist, in the order of their names here. */
  readAll(names: readonly string[]): Promise<Ref[]>;
  /**
   * All edits or none. They become visible in the order given.
   * @throws {PitonError} `GIT_FAILED` with `details.ref`, `expected`, `found` when a ref is not as
   * expected; `LOCKED` when another process holds a ref's lock for longer than the engine waits.
   */
  transact(edits: readonly RefEdit[]): Promise<void>;
  readHead(): Promise<HeadState>;
  /**
   * Moves HEAD and, when `to.ref` is a branch, that branch to `to.commit`.
   * The branch's value before must be `branchExpected`.
   */
  moveHead(move: HeadMove, branchExpected: ObjectId | null): Promise<void>;
}
