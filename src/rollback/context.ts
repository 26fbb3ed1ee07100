import type { Durability, Warning } from '../core/types.js';
import { AnchoredRoot } from '../disk/anchored-root.js';
import type { ObjectReader, ObjectStore } from '../store/object-store.js';
import type { RefStore } from '../store/ref-store.js';
import { Areas } from './areas.js';
import type { Journal } from './journal.js';
import type { StepContext } from './take-step.js';

/** What applying, undoing and finishing a journaled operation need of the workspace. */
export interface RollbackContext {
  /** The worktree's root. */
  root: string;
  gitDir: string;
  stateDir: string;
  refs: RefStore;
  objects: ObjectReader & Pick<ObjectStore, 'isWhole'>;
  durability: Durability;
  /** Writes a plan's file, unless it is already at least as new. */
  writePlan(planAfter: Record<string, unknown>): Promise<void>;
  /** Has a whole file system written out; false when that cannot be done. */
  syncFileSystem(path: string): Promise<boolean>;
  warn(warning: Warning): void;
}

export interface OpenOperation extends StepContext {
  close(): void;
}

/** Opens the worktree and the journal's areas. */
export function openOperation(
  context: RollbackContext,
  journal: Pick<Journal, 'id' | 'areas'>,
): OpenOperation {
  const worktree = AnchoredRoot.open(context.root);
  const areas = new Areas({ ...context, id: journal.id }, journal.areas);
  const close = (): void => {
    areas.close();
    worktree.close();
  };
  return { worktree, areas, close };
}
