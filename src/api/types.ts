import type { JsonPath } from '../core/byte-path.js';
import type { Clock } from '../core/clock.js';
import type { Durability, EngineName, OperationOptions, Warning } from '../core/types.js';
import type { CheckpointCreateData } from './data.js';

/**
 * What the surroundings say. The library never looks these up: it reads no environment variable
 * and no current folder. The command line fills them in from its environment.
 */
export interface OpenOptions {
  /** Any folder inside the workspace. */
  directory: string;
  engine?: EngineName | 'auto' | undefined;
  /** How long to wait for another process's lock; 0 = not at all. Default 30,000. */
  lockTimeoutMs?: number | undefined;
  /** The user's home folder; default the operating system's record of it. */
  home?: string | undefined;
  /** `$XDG_CONFIG_HOME`; default `<home>/.config`. */
  configHome?: string | undefined;
  /** The machine-wide git config file, or null to leave it out. Default `/etc/gitconfig`. */
  systemConfig?: string | null | undefined;
  /** The git program: a name looked up in `searchPath`, or an absolute path. Default `git`. */
  git?: string | undefined;
  /** As `$PATH`; default the system's usual folders. */
  searchPath?: string | undefined;
  /** Outside every workspace, for what lasts as long as one git command. Default `/tmp`. */
  temporaryFolder?: string | undefined;
  /**
   * Variables that ssh and git's credential helpers need to reach a remote, such as
   * `SSH_AUTH_SOCK`; `HOME` is filled in. Default none.
   */
  remoteEnvironment?: Readonly<Record<string, string>> | undefined;
  /**
   * Whether git and ssh may ask for passwords, on the terminal that the process was started from.
   * Default false: nobody is asked.
   */
  terminalPrompts?: boolean | undefined;
  clock?: Clock | undefined;
  /** Overrides `piton.durability` of the workspace's git config. */
  durability?: Durability | undefined;
  /** Named in the lock, so that whoever waits can see what holds it. */
  command?: string | undefined;
  /**
   * How hooks on this machine are to start piton: a program and its first arguments. Default
   * `piton`, looked up in `$PATH`.
   */
  program?: readonly string[] | undefined;
  /** Where agents have the user's settings, when not in the usual place; by the agent's name. */
  agentFolders?: Readonly<Record<string, string>> | undefined;
  /** Called for things worth knowing that do not stop the work. */
  onWarning?: ((warning: Warning) => void) | undefined;
}

export interface InitOptions {
  /** Also when the workspace is `/`, the home folder or a parent of it. */
  force?: boolean | undefined;
}

export interface InitData {
  workspace: string;
  git_dir: string;
  /** Whether a repository was made. */
  created_repository: boolean;
  engine: EngineName;
}

export type JsonObject = Record<string, unknown>;

export interface PlanOptions {
  name?: string | undefined;
  /** A plan's id, unique prefix or name. */
  parent?: string | undefined;
  /** null: no limit. */
  maxReversions?: number | null | undefined;
  everySteps?: number | null | undefined;
  everySeconds?: number | null | undefined;
  phase?: string | undefined;
}

/** Which checkpoints to keep; what is left out stays as the plan, or the default, has it. */
export interface RetentionOptions {
  /** So many of the newest. Default 50. */
  keepLast?: number | undefined;
  /** All that are younger. Default 604,800: seven days. */
  keepWithinSeconds?: number | undefined;
  /** The newest of so many of the last hours that have any. Default 24. */
  keepHourly?: number | undefined;
  /** The newest of so many of the last days that have any. Default 14. */
  keepDaily?: number | undefined;
}

export interface PruneOptions extends RetentionOptions {
  plan?: string | undefined;
  dryRun?: boolean | undefined;
}

export interface PlanSetOptions extends Omit<PlanOptions, 'parent'> {
  /** null: the default policy. */
  retention?: RetentionOptions | null | undefined;
  context?: JsonObject | undefined;
  outputs?: JsonObject | undefined;
  /** Kept whole under `context.state`. */
  state?: JsonObject | undefined;
}

export interface StepOptions {
  done: number;
  output?: JsonObject | undefined;
  status?: 'done' | 'failed' | 'interrupted' | undefined;
}

export interface DecisionOptions extends OperationOptions {
  question: string;
  choice: string;
  rationale?: string | undefined;
  /** The decision it follows from: its id or a unique prefix. */
  parent?: string | undefined;
  /** The step that carries it out; default the plan's next one. */
  step?: number | undefined;
  /** Workspace paths of what it produces; they need not be there yet. */
  artifacts?: readonly JsonPath[] | undefined;
}

export interface CorrectOptions extends OperationOptions {
  /** Its id or a unique prefix. */
  decision: string;
  reason: string;
  /** `revert` (the default) rolls back; `append` only has the decision carried out again. */
  mode?: 'revert' | 'append' | undefined;
  /** What to do otherwise this time. */
  guidance?: string | undefined;
  dryRun?: boolean | undefined;
  /** From a dry run; refused when tree, target or artifacts are no longer what was proposed. */
  token?: string | undefined;
}

export interface CheckpointCreateOptions extends OperationOptions {
  plan?: string | undefined;
  reason?: string | undefined;
  name?: string | undefined;
  source?: string | undefined;
  phase?: string | undefined;
  /** Also records this step as the last completed one. */
  step?: number | undefined;
  /** Kept whole under `context.state` of the plan. */
  state?: JsonObject | undefined;
  kind?: CheckpointKindOption | undefined;
  /** Also when nothing changed since the latest. */
  always?: boolean | undefined;
  includeIgnored?: boolean | undefined;
  force?: boolean | undefined;
}

export interface AttemptOptions extends OperationOptions {
  plan?: string | undefined;
  reason?: string | undefined;
  source?: string | undefined;
  /** What to do when the work fails; default `rollback`. */
  onFailure?: 'rollback' | 'keep' | undefined;
  force?: boolean | undefined;
}

/** Without `everySeconds` and `onChange`: at the plan's interval, or else every five minutes. */
export interface WatchOptions {
  plan?: string | undefined;
  /** A checkpoint so often, if anything is new. */
  everySeconds?: number | undefined;
  /** A checkpoint when something has changed and then rested. */
  onChange?: boolean | undefined;
  /** How long it must have rested; default 2. After 15 times as long it need not have. */
  quietForSeconds?: number | undefined;
  /** Ends the watch, which is then done and not a failure. */
  signal?: AbortSignal | undefined;
  /** Called after each checkpoint; the next one waits for it. */
  onCheckpoint?: ((data: CheckpointCreateData) => void | Promise<void>) | undefined;
}

export interface PushOptions extends OperationOptions {
  /** Only this plan's checkpoints; default all plans'. */
  plan?: string | undefined;
  /**
   * Asked before files are sent that no commit would hold: ignored ones, and such as secrets are
   * kept in. False refuses the push. Default: they are sent; a warning tells of them in any case.
   */
  onSensitive?: ((paths: readonly JsonPath[]) => Promise<boolean>) | undefined;
}

export interface ForkOptions extends OperationOptions {
  /** Whose checkpoint it is; default as for a rollback. */
  plan?: string | undefined;
}

export interface BundleOptions extends OperationOptions {
  /** Only this plan's checkpoints; default all plans'. */
  plan?: string | undefined;
}

export type CheckpointKindOption =
  'manual' | 'step' | 'interval' | 'pre_decision' | 'pre_run' | 'hook' | 'watch';

export interface CheckpointListOptions {
  plan?: string | undefined;
  /** Default 50. */
  limit?: number | undefined;
  kind?: string | undefined;
  /** Also what each one alone takes up on disk. */
  cost?: boolean | undefined;
}

export interface CheckpointDiffOptions extends OperationOptions {
  plan?: string | undefined;
  /** Default: the plan's latest. */
  from?: string | undefined;
  /** Default: the worktree. */
  to?: string | undefined;
  patch?: boolean | undefined;
  /** Workspace paths (files, or folders with all below them); default everything. */
  paths?: readonly JsonPath[] | undefined;
}

export interface RollbackOptions extends OperationOptions {
  plan?: string | undefined;
  /** Default: the plan's latest. Without `plan` it is looked for in all plans. */
  checkpoint?: string | undefined;
  /** Only these paths (files, or folders with all below them). */
  paths?: readonly JsonPath[] | undefined;
  /** Moves HEAD and its branch back too. */
  head?: boolean | undefined;
  dryRun?: boolean | undefined;
  /** From a dry run; refused when tree or target are no longer what was proposed. */
  token?: string | undefined;
  force?: boolean | undefined;
}

export interface HookOptions {
  /** Hooks of git and agents by name; default all there are. */
  hooks?: readonly string[] | undefined;
  /**
   * `project` (default): those of this workspace. `user`: those of agents in everything the user
   * works on.
   */
  level?: 'project' | 'user' | undefined;
}

export interface HookChangeOptions extends HookOptions {
  /** Only says what would be done. */
  dryRun?: boolean | undefined;
}

export interface HookInstallOptions extends HookChangeOptions {
  /** Here they must be named. */
  hooks: readonly string[];
  /** Whether a checkpoint that fails stops the commit, or the agent's tool. */
  strict?: boolean | undefined;
}

export interface HookRunOptions {
  /** `git`, or an agent's name. */
  host: string;
  /** Of git: the hook's name. Of agents: the event, for payloads that do not name it. */
  event?: string | undefined;
  /** What an agent has to say of the event. */
  input?: AsyncIterable<Uint8Array> | undefined;
  /** Folders the host's environment says it works in; absolute. */
  projectDirectory?: readonly string[] | undefined;
  /** Whether to fail when something goes wrong. */
  strict?: boolean | undefined;
  signal?: AbortSignal | undefined;
}
