import { PitonError, systemErrorCode, type ErrorCode } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';

/** What is wrong with what a checkpoint needs. */
export interface Damage {
  /** An object's id, or a ref's name. */
  object: string;
  problem: string;
}

const DAMAGE: readonly ErrorCode[] = [
  'OBJECT_DAMAGED',
  'STATE_DAMAGED',
  'UNSAFE_PATH',
  'UNSUPPORTED_FORMAT',
];

/** What a failing disk, or somebody's chmod, makes of an object's file. */
const UNREADABLE = new Set(['EACCES', 'EPERM', 'EIO', 'EISDIR', 'ELOOP', 'ENXIO']);

/**
 * An error of reading, in words, when it says that something is damaged or missing.
 * @throws whatever the error is when it says anything else.
 */
export function problemOf(error: unknown): string {
  if (error instanceof PitonError && DAMAGE.includes(error.code)) {
    return error.details['problem'] === 'missing' ? 'missing' : error.message;
  }
  if (UNREADABLE.has(systemErrorCode(error) ?? '')) return (error as Error).message;
  throw error;
}

/** Damage by object, each named once, and bounded: hostile trees can name any number of objects. */
export class DamageList {
  readonly #problems = new Map<string, string>();
  #isCut = false;

  get isEmpty(): boolean {
    return this.#problems.size === 0;
  }

  has(object: string): boolean {
    return this.#problems.has(object);
  }

  add(object: string, problem: string): void {
    if (this.#problems.has(object)) return;
    if (this.#problems.size < LIMITS.damagedPerCheckpoint) this.#problems.set(object, problem);
    else this.#isCut = true;
  }

  addAll(other: DamageList): void {
    for (const [object, problem] of other.#problems) this.add(object, problem);
    this.#isCut ||= other.#isCut;
  }

  /** @param whole what is said to have more damage than is listed */
  toArray(whole: string): Damage[] {
    const list = [...this.#problems].map(([object, problem]) => ({ object, problem }));
    if (this.#isCut) {
      list.push({ object: whole, problem: `more than ${list.length} objects are damaged` });
    }
    return list;
  }
}
