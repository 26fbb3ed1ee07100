import { ARCHIVES } from './archives.js';
import type { Check } from './check.js';
import { DEAD_PROCESSES, LOCK } from './lock.js';
import { LAST_CHECKPOINT, UNDO_AND_REDO } from './plan-pointers.js';
import { LOST_PLANS, PLAN_FILES } from './plans.js';
import { REFS, SIDECARS } from './refs.js';
import { STAGING } from './staging.js';
import { STAT_CACHE } from './stat-cache.js';
import { STATE_DIRECTORY } from './state-directory.js';
import { REF_LOCKS, TEMPORARY_FILES } from './temporary-files.js';
import { TRASH } from './trash.js';
import { JOURNAL, PENDING_CHECKPOINT } from './unfinished.js';
import { WORKSPACE_FILE } from './workspace-file.js';

/** What is looked at before the lock is taken, because taking it mends it. */
export const CHECKS_OF_LOCK: readonly Check[] = [LOCK];

/**
 * Everything else, in the order in which repairs need each other: recovery reads plans, pointers
 * are judged when refs and plans stand.
 */
export const CHECKS: readonly Check[] = [
  STATE_DIRECTORY,
  PLAN_FILES,
  LOST_PLANS,
  PENDING_CHECKPOINT,
  JOURNAL,
  DEAD_PROCESSES,
  REF_LOCKS,
  REFS,
  SIDECARS,
  LAST_CHECKPOINT,
  UNDO_AND_REDO,
  WORKSPACE_FILE,
  STAT_CACHE,
  STAGING,
  TRASH,
  ARCHIVES,
  TEMPORARY_FILES,
];
