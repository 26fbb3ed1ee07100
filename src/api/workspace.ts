import type { JsonPath } from '../core/byte-path.js';
import type { OperationOptions } from '../core/types.js';
import type { CorrectData, CorrectionListData, NamedCorrectionData } from './correction-data.js';
import type {
  AttemptData,
  BundleCreateData,
  CheckpointCreateData,
  CheckpointData,
  CheckpointDiffData,
  CheckpointListData,
  CheckpointShowData,
  DecisionAddData,
  DecisionListData,
  DoctorData,
  FetchData,
  GcData,
  NamedDecisionData,
  PlanData,
  PruneData,
  PushData,
  RecoverData,
  ResumeData,
  RollbackData,
  StatusData,
  VerifyData,
  WatchData,
} from './data.js';
import type { ForkData, ForkListData } from './fork-data.js';
import type { HooksChangeData, HooksStatusData } from './hook-data.js';
import type {
  AttemptOptions,
  BundleOptions,
  CheckpointCreateOptions,
  CheckpointDiffOptions,
  CheckpointListOptions,
  CorrectOptions,
  DecisionOptions,
  ForkOptions,
  HookChangeOptions,
  HookInstallOptions,
  HookOptions,
  InitData,
  InitOptions,
  PlanOptions,
  PlanSetOptions,
  PruneOptions,
  PushOptions,
  RollbackOptions,
  StepOptions,
  WatchOptions,
} from './types.js';

/**
 * A workspace that has been found. Every verb reads what it needs from disk, so a handle may be
 * kept for as long as one likes; `close` ends the programs and files that it holds.
 * A plan is named by its id, a unique prefix of 4 or more characters, or its name; without one the
 * workspace's current plan is meant, and one is made when a checkpoint needs it.
 * All verbs throw PitonError, or the reason of a signal that was aborted, which only ends `watch`;
 * `attempt` also what its work throws.
 */
export interface Workspace {
  /** The worktree's root, or null while there is no repository. */
  readonly root: string | null;

  init(options?: InitOptions): Promise<InitData>;
  status(options?: OperationOptions & { plan?: string | undefined }): Promise<StatusData>;

  createPlan(options?: PlanOptions): Promise<PlanData>;
  listPlans(): Promise<{ plans: PlanData[] }>;
  showPlan(plan?: string): Promise<PlanData>;
  usePlan(plan: string): Promise<PlanData>;
  setPlan(plan: string | undefined, options: PlanSetOptions): Promise<PlanData>;
  deletePlan(plan: string): Promise<PlanData>;
  completeStep(plan: string | undefined, options: StepOptions): Promise<PlanStepData>;
  resumePlan(options?: OperationOptions & { plan?: string | undefined }): Promise<ResumeData>;
  applyPlan(plan?: string): Promise<PlanData>;
  abandonPlan(plan?: string): Promise<PlanData>;

  addDecision(plan: string | undefined, options: DecisionOptions): Promise<DecisionAddData>;
  listDecisions(plan?: string): Promise<DecisionListData>;
  showDecision(plan: string | undefined, decision: string): Promise<NamedDecisionData>;
  addArtifacts(
    plan: string | undefined,
    decision: string,
    paths: readonly JsonPath[],
  ): Promise<NamedDecisionData>;
  completeDecision(plan: string | undefined, decision: string): Promise<NamedDecisionData>;

  correct(plan: string | undefined, options: CorrectOptions): Promise<CorrectData>;
  listCorrections(plan?: string): Promise<CorrectionListData>;
  showCorrection(plan: string | undefined, correction: string): Promise<NamedCorrectionData>;

  createCheckpoint(options?: CheckpointCreateOptions): Promise<CheckpointCreateData>;
  listCheckpoints(options?: CheckpointListOptions): Promise<CheckpointListData>;
  showCheckpoint(selector: string, plan?: string): Promise<CheckpointShowData>;
  diffCheckpoints(options?: CheckpointDiffOptions): Promise<CheckpointDiffData>;
  nameCheckpoint(selector: string, name: string, plan?: string): Promise<NamedCheckpointData>;
  deleteCheckpoint(selector: string, plan?: string): Promise<NamedCheckpointData>;

  rollback(options?: RollbackOptions): Promise<RollbackData>;
  undo(options?: UndoOptions): Promise<RollbackData>;
  redo(options?: UndoOptions): Promise<RollbackData>;

  /** `directory` is absolute, and is not there yet or empty. */
  fork(checkpoint: string, directory: string, options?: ForkOptions): Promise<ForkData>;
  listForks(): Promise<ForkListData>;

  attempt(work: () => Promise<boolean>, options?: AttemptOptions): Promise<AttemptData>;
  watch(options?: WatchOptions): Promise<WatchData>;
  prune(options?: PruneOptions): Promise<PruneData>;
  gc(options?: OperationOptions): Promise<GcData>;

  push(remote: string, options?: PushOptions): Promise<PushData>;
  fetch(remote: string, options?: OperationOptions): Promise<FetchData>;
  createBundle(file: string, options?: BundleOptions): Promise<BundleCreateData>;
  importBundle(file: string, options?: OperationOptions): Promise<FetchData>;

  recover(): Promise<RecoverData>;
  verify(options?: VerifyOptions): Promise<VerifyData>;
  doctor(options?: OperationOptions & { repair?: boolean | undefined }): Promise<DoctorData>;

  installHooks(options: HookInstallOptions): Promise<HooksChangeData>;
  uninstallHooks(options?: HookChangeOptions): Promise<HooksChangeData>;
  hooksStatus(options?: HookOptions): Promise<HooksStatusData>;

  close(): Promise<void>;
}

export interface UndoOptions extends OperationOptions {
  plan?: string | undefined;
  dryRun?: boolean | undefined;
  token?: string | undefined;
}

export interface VerifyOptions extends OperationOptions {
  plan?: string | undefined;
  checkpoint?: string | undefined;
  /** Every checkpoint of every plan; also the default when no checkpoint is named: the plan's. */
  all?: boolean | undefined;
}

export interface NamedCheckpointData {
  checkpoint: CheckpointData;
}

/** The plan after the step, and the checkpoint that the step's interval called for. */
export type PlanStepData = PlanData & { checkpoint: CheckpointCreateData | null };
