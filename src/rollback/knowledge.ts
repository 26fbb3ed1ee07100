import type { BytePath } from '../core/byte-path.js';
import type { FileEntry } from '../core/types.js';

export type LeftReason = 'ignored' | 'not_captured' | 'nested_repository';

/** What the checkpoint knows of paths that are not in its tree. */
export interface TargetKnowledge {
  /** Whether its own rules ignored the path, so that it did not look there. */
  didNotLook(path: BytePath, isDirectory: boolean): boolean;
  /** Whether it saw the path, or a folder above it, and did not capture it. */
  didNotCapture(path: BytePath): boolean;
  /** Whether a nested repository stood in this folder. */
  hadNestedRepository(folder: BytePath): boolean;
}

/** What the scan saw of the worktree as it is. */
export interface PresentState {
  /** Sorted by path. */
  entries: readonly FileEntry[];
  ignored: readonly BytePath[];
  notCaptured: readonly BytePath[];
  nestedRepositories: readonly BytePath[];
}
