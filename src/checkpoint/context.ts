import type { Clock } from '../core/clock.js';
import type { Durability, Warning } from '../core/types.js';
import type { ObjectStore } from '../store/object-store.js';
import type { RefStore } from '../store/ref-store.js';
import type { Repository, UserFiles } from '../store/repository-types.js';
import type { BulkHasher } from '../worktree/hash-files.js';
import type { AskForChanges } from './ask-for-changes.js';

/** What working with checkpoints needs of an opened workspace. */
export interface CheckpointContext {
  repository: Repository;
  user: UserFiles;
  refs: RefStore;
  objects: ObjectStore;
  clock: Clock;
  durability: Durability;
  bulk: BulkHasher | null;
  /** Asks who watches the workspace; absent where that is not wanted. */
  changes?: AskForChanges | undefined;
  warn(warning: Warning): void;
}
