import type { JsonPath } from '../core/byte-path.js';
import type { EngineName, NotCapturedReason } from '../core/types.js';
import type { KeepReason } from '../retention/keep-reason.js';

/*
 * What the verbs give back: exactly the `data` of the command line's JSON, so that there is one
 * model and two ways to show it. Keys are snake_case, times ISO 8601 UTC, absent values null.
 */

export type JsonRecord = Record<string, unknown>;

export type CheckpointKind =
  'manual' | 'step' | 'interval' | 'pre_decision' | 'pre_rollback' | 'pre_run' | 'hook' | 'watch';

export interface HeadData {
  /** The branch, or null when detached. */
  ref: string | null;
  /** null when unborn. */
  commit: string | null;
}

export interface CheckpointData {
  checkpoint_id: string;
  plan_id: string;
  kind: CheckpointKind;
  name: string | null;
  reason: string;
  source: string | null;
  phase: string | null;
  /** The last completed step at creation; -1 when none was. */
  step: number;
  commit: string;
  tree: string;
  ref: string;
  created_at: string;
  head: HeadData;
  files: number;
  not_captured: number;
}

export interface NotCapturedData {
  path: JsonPath;
  reason: NotCapturedReason;
  size?: number;
}

export interface CheckpointCreateData {
  created: boolean;
  checkpoint: CheckpointData;
  changed: { added: number; modified: number; deleted: number };
  not_captured: NotCapturedData[];
  duration_ms: number;
}

export interface ListedCheckpointData extends CheckpointData {
  /** Bytes on disk that no other checkpoint, branch or HEAD holds; only when it was asked for. */
  own_bytes?: number;
}

export interface CheckpointListData {
  checkpoints: ListedCheckpointData[];
}

export interface ChangeData {
  path: JsonPath;
  status: 'added' | 'modified' | 'deleted' | 'mode' | 'type';
  insertions: number;
  deletions: number;
  binary: boolean;
}

export interface CheckpointShowData {
  checkpoint: CheckpointData;
  plan_state: JsonRecord;
  manifest: JsonRecord;
  changes: ChangeData[];
}

export interface CheckpointDiffData {
  /** A checkpoint's id. */
  from: string;
  /** A checkpoint's id, or `worktree`. */
  to: string;
  changes: ChangeData[];
  /** Unified diff; file bytes that are not UTF-8 are shown as U+FFFD. */
  patch?: string;
}

export interface RollbackData {
  plan_id: string;
  checkpoint_id: string;
  safety_checkpoint_id: string | null;
  written: number;
  deleted: number;
  mode_changed: number;
  unchanged: number;
  changed_paths: { path: JsonPath; change: 'created' | 'restored' | 'deleted' | 'mode' }[];
  left: { path: JsonPath; reason: 'ignored' | 'not_captured' | 'nested_repository' }[];
  retired: { path: JsonPath; to: string }[];
  head: { at_checkpoint: HeadData; now: HeadData; moved: boolean; restored: boolean };
  staging_area: { restored: boolean; reason?: string };
  reversion_count: number;
  reversions_left: number | null;
  last_completed_step: number;
  last_checkpoint_id: string | null;
  dry_run: boolean;
  token?: string;
  duration_ms: number;
}

/** Work that a checkpoint was taken before. */
export interface AttemptData extends CheckpointCreateData {
  /** `unchanged`: it failed and had changed nothing, so there was nothing to roll back. */
  outcome: 'kept' | 'rolled_back' | 'unchanged';
  rollback: RollbackData | null;
}

export interface WatchData {
  /** How many were taken. */
  checkpoints: number;
}

export interface PushData {
  /** The address, without a password. */
  remote: string;
  /** Ids of the checkpoints that were sent. */
  pushed: string[];
  /** How many were there already. */
  up_to_date: number;
  /** Something else is there under their name: it was left. */
  differing: string[];
}

export interface FetchedPlanData {
  plan_id: string;
  name: string | null;
  /** `kept`: the plan here has gone its own way, and stays as it is. */
  outcome: 'created' | 'updated' | 'kept' | 'up_to_date';
}

export interface FetchData {
  /** The address, without a password, or the bundle's file. */
  remote: string;
  /** Ids of the checkpoints that were not here before. */
  fetched: string[];
  up_to_date: number;
  /** Something else is here under their name: it was left. */
  differing: string[];
  plans: FetchedPlanData[];
  current_plan_id: string | null;
}

export interface BundleCreateData {
  file: string;
  checkpoints: number;
  bytes: number;
}

/** What was moved into an archive. */
export interface ArchivedPathData {
  path: JsonPath;
  /** Relative to the state directory; null in a dry run. */
  to: string | null;
}

/** The plan as in its file, with two more keys. */
export interface PlanData extends Record<string, unknown> {
  plan_id: string;
  name: string | null;
  parent_plan_id: string | null;
  forked_from: { plan_id: string; checkpoint_id: string } | null;
  status: string;
  phase: string;
  reversion_count: number;
  max_reversions: number | null;
  last_completed_step: number;
  last_checkpoint_id: string | null;
  checkpoints: number;
  reversions_left: number | null;
}

export interface DecisionData {
  decision_id: string;
  parent_id: string | null;
  question: string;
  choice: string;
  rationale: string | null;
  /** The step that carries it out. */
  step: number;
  /** The checkpoint taken before it was carried out. */
  checkpoint_id: string | null;
  status: 'active' | 'done' | 'reverted';
  artifacts: JsonPath[];
  created_at: string;
}

export interface DecisionAddData {
  decision: DecisionData;
  /** What was there before it. */
  checkpoint: CheckpointData;
  /** Whether the checkpoint is new; otherwise the plan's latest holds just that already. */
  created: boolean;
  not_captured: NotCapturedData[];
}

export interface DecisionListData {
  decisions: DecisionData[];
}

export interface NamedDecisionData {
  decision: DecisionData;
}

export interface DecisionToRepeatData extends DecisionData {
  /** Of the newest correction that calls for it; null when it was never corrected. */
  correction: {
    correction_id: string;
    /** The one that was corrected; this one may have fallen with it. */
    decision_id: string;
    mode: 'revert' | 'append';
    reason: string;
    guidance: string | null;
  } | null;
}

export interface ResumeData {
  plan_id: string;
  next_step: number;
  last_completed_step: number;
  /** The plan's latest; null when there is none. */
  checkpoint: CheckpointData | null;
  /** Whether the worktree is what the checkpoint holds; null when there is none. */
  worktree_matches: boolean | null;
  /** Since the checkpoint; null when there is none. */
  changes: { added: number; modified: number; deleted: number } | null;
  /** null: no limit. */
  reversions_left: number | null;
  decisions_to_repeat: DecisionToRepeatData[];
}

export interface StatusData {
  workspace: string;
  git_dir: string;
  engine: { name: EngineName; reason: string; git_version: string | null };
  plan: PlanData | null;
  latest: CheckpointData | null;
  /** Since the latest checkpoint; null when there is none. */
  changes: { added: number; modified: number; deleted: number } | null;
  unfinished: null | { operation: string; checkpoint_id: string; state: string; since: string };
  lock: null | { pid: number; host: string; since: string };
  /** The process that watches the workspace. */
  watch: null | { pid: number; host: string; since: string };
  disk: { checkpoints: number; bytes: number };
}

/** Why a checkpoint is kept; `unreadable`: what it is cannot be told. */
/** Both lists newest first. */
export interface PruneData {
  pruned: string[];
  kept: { checkpoint_id: string; reasons: KeepReason[] }[];
  dry_run: boolean;
}

export interface GcData {
  /** What objects and the state directory take up on disk. */
  bytes_before: number;
  bytes_after: number;
  /** Files and refs that processes of piton which died had left. */
  swept: number;
}

export interface RecoverData {
  /** Whether there was anything to recover. */
  recovered: boolean;
  operation: string | null;
  outcome: 'finished' | 'undone' | null;
  retired: { path: JsonPath; to: string }[];
}

export interface VerifyData {
  checked: number;
  damaged: { checkpoint_id: string; object: string; problem: string }[];
}

export interface DoctorData {
  problems: { check: string; severity: 'must' | 'should'; message: string; repaired: boolean }[];
  checked: string[];
  repair: boolean;
}
