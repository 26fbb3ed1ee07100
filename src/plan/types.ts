import type { JsonPath } from '../core/byte-path.js';

/*
 * The plan as its file holds it: keys snake_case, times ISO 8601 UTC. Keys that these types do not
 * name are kept beside them through every read and write, so spread (`{...plan}`) to change one.
 */

export type JsonObject = Record<string, unknown>;

/** `reverted`: a subplan whose parent was rolled back to before it began. */
export type PlanStatus = 'active' | 'applied' | 'abandoned' | 'reverted';

export type StepStatus = 'done' | 'failed' | 'interrupted';

/** How the last attempt at a step ended. */
export interface StepRecord {
  step: number;
  status: StepStatus;
  output: JsonObject;
  at: string;
  /** The checkpoint taken when it was recorded. */
  checkpoint_id: string | null;
}

export type DecisionStatus = 'active' | 'done' | 'reverted';

export interface Decision {
  decision_id: string;
  parent_id: string | null;
  question: string;
  choice: string;
  rationale: string | null;
  /** The step that carries it out. */
  step: number;
  /** The checkpoint taken before it was carried out. */
  checkpoint_id: string | null;
  status: DecisionStatus;
  artifacts: JsonPath[];
  created_at: string;
}

export interface Correction {
  correction_id: string;
  decision_id: string;
  mode: 'revert' | 'append';
  reason: string;
  guidance: string | null;
  /** Ids of the decisions that fell. */
  affected: string[];
  /** What was rolled back to; null when nothing was. */
  checkpoint_id: string | null;
  safety_checkpoint_id: string | null;
  /** Relative to the state directory. */
  archive: string | null;
  status: 'applied' | 'undone';
  created_at: string;
}

/** Which checkpoints to keep: counts, and a time in seconds. */
export interface RetentionPolicy {
  keep_last: number;
  keep_within_seconds: number;
  keep_hourly: number;
  keep_daily: number;
}

/** A branch that HEAD was not on and that a rollback moved when it put HEAD on it. */
export interface MovedBranch {
  ref: string;
  before: string | null;
  after: string | null;
}

/** A rollback (or undo, or redo) that can be taken back. */
export interface RollbackEntry {
  /** The safety checkpoint: taking the rollback back leads here. */
  from_checkpoint_id: string;
  /** What was rolled back to. */
  to_checkpoint_id: string;
  /** The plan's `last_checkpoint_id` before; it must outlive retention while this entry stands. */
  last_checkpoint_id: string | null;
  /**
   * Other checkpoints that must outlive it: what the plan and those below it pointed at before, and
   * point at again when this is taken back.
   */
  keeps: string[];
  /** The correction that this rollback was part of. */
  correction_id: string | null;
  /** Whether HEAD went along; then it goes along when this is taken back. */
  head_moved: boolean;
  moved_branch: MovedBranch | null;
  /** What was rolled back; null: everything. */
  paths: JsonPath[] | null;
  at: string;
}

/** Both stacks have their newest entry last. */
export interface Rollbacks {
  undo: RollbackEntry[];
  redo: RollbackEntry[];
}

/** Where a plan was forked off. */
export interface ForkedFrom {
  plan_id: string;
  checkpoint_id: string;
}

export interface Plan {
  schema_version: number;
  plan_id: string;
  name: string | null;
  parent_plan_id: string | null;
  /** null: it is no fork. */
  forked_from: ForkedFrom | null;
  status: PlanStatus;
  phase: string;
  /** Never goes down. */
  reversion_count: number;
  /** null: no limit. */
  max_reversions: number | null;
  /** -1: none. */
  last_completed_step: number;
  last_checkpoint_id: string | null;
  checkpoint_every_steps: number | null;
  checkpoint_every_seconds: number | null;
  /** null: the default policy. */
  retention: RetentionPolicy | null;
  steps: StepRecord[];
  decisions: Decision[];
  corrections: Correction[];
  rollbacks: Rollbacks;
  context: JsonObject;
  outputs: JsonObject;
  created_at: string;
  updated_at: string;
}
