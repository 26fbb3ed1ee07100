import type { EngineName, GitObject, ObjectId } from '../core/types.js';
import type { RefStore } from './ref-store.js';

/** How refs, and objects that piton's own reader does not find, are reached. */
export interface Engine {
  readonly name: EngineName;
  /** Why this engine was chosen, in words for a person. */
  readonly reason: string;
  /** The git program's version, or null when there is none or it was not looked for. */
  readonly gitVersion: string | null;
  readonly refs: RefStore;
  /** An object by the engine's own means, not verified; null when it is not there. */
  readObject(oid: ObjectId): Promise<GitObject | null>;
  close(): Promise<void>;
}
