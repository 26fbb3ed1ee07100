/**
 * The closed table of error codes and the process exit code each one means.
 * The table is part of the command-line contract: entries are added, never changed.
 */
export const EXIT_CODE_BY_ERROR = {
  USAGE: 2,
  WORKSPACE_MISSING: 3,
  PLAN_NOT_FOUND: 3,
  CHECKPOINT_NOT_FOUND: 3,
  DECISION_NOT_FOUND: 3,
  CORRECTION_NOT_FOUND: 3,
  NOTHING_TO_UNDO: 3,
  NOTHING_TO_REDO: 3,
  PLAN_CLOSED: 4,
  REVERSION_LIMIT: 4,
  WRONG_PLAN: 4,
  UNSAFE_WORKSPACE: 4,
  OPERATION_IN_PROGRESS: 4,
  STALE_TOKEN: 4,
  NAME_TAKEN: 4,
  UNSUPPORTED_REPOSITORY: 4,
  GIT_REQUIRED: 4,
  LOCKED: 5,
  OBJECT_DAMAGED: 6,
  STATE_DAMAGED: 6,
  UNSAFE_PATH: 6,
  UNSUPPORTED_FORMAT: 6,
  RECOVERY_FAILED: 6,
  NO_SPACE: 1,
  PERMISSION_DENIED: 1,
  IO_FAILED: 1,
  GIT_FAILED: 1,
  INTERNAL: 1,
} as const;

export type ErrorCode = keyof typeof EXIT_CODE_BY_ERROR;

/** What to do next where whoever throws an error knows nothing more particular. */
const HINT_BY_ERROR: Record<ErrorCode, string> = {
  USAGE: 'see --help for what the command takes',
  WORKSPACE_MISSING: "go to the workspace, name it with -C, or make one with 'piton init'",
  PLAN_NOT_FOUND: "'piton plan list' shows the plans",
  CHECKPOINT_NOT_FOUND: "'piton log' lists the checkpoints",
  DECISION_NOT_FOUND: "'piton plan decision list <plan>' shows the decisions",
  CORRECTION_NOT_FOUND: "'piton plan correction list <plan>' shows the corrections",
  NOTHING_TO_UNDO: "'piton log' lists the checkpoints that can be rolled back to",
  NOTHING_TO_REDO: "'piton log' lists the checkpoints that can be rolled back to",
  PLAN_CLOSED: "make another plan with 'piton plan create', or use one that is active",
  REVERSION_LIMIT: "raise the limit with 'piton plan set <plan> --max-reversions N|none'",
  WRONG_PLAN: 'name the plan that the checkpoint is of',
  UNSAFE_WORKSPACE: 'name a folder of a project with -C, or repeat with --force',
  OPERATION_IN_PROGRESS: 'finish or abort what is in progress first',
  STALE_TOKEN: 'look at it again with --dry-run',
  NAME_TAKEN: 'choose another name',
  UNSUPPORTED_REPOSITORY: 'go to a worktree of a repository that git can open',
  GIT_REQUIRED: 'install git',
  LOCKED: 'wait for the other process to end, or give a longer --lock-timeout',
  OBJECT_DAMAGED: "'piton verify --all' names all that is damaged; another checkpoint may be whole",
  STATE_DAMAGED: "'piton doctor' says what is damaged, and what can be mended",
  UNSAFE_PATH: 'take the path that is named out of the way, or choose another checkpoint',
  UNSUPPORTED_FORMAT: 'use a piton that knows the format',
  RECOVERY_FAILED: "take what is named out of the way, and run 'piton recover'",
  NO_SPACE: 'make room on the disk, and try again',
  PERMISSION_DENIED: 'see to it that this user may read and write there, and try again',
  IO_FAILED: "see to what the system says, and try again; 'piton doctor' looks for what is left",
  GIT_FAILED: "see to what git says, and try again; 'git fsck' checks the repository",
  INTERNAL: 'this is a defect in piton; please report it with the command that led to it',
};

export interface ErrorOptions {
  /** What the caller can do next, as an instruction; without one, what the code calls for. */
  hint?: string;
  /** Machine-readable facts; keys snake_case, values JSON. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

/** The one error that users of piton meet. `code` is stable; `message` is for people. */
export class PitonError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PitonError';
    this.code = code;
    this.hint = options.hint ?? HINT_BY_ERROR[code];
    this.details = options.details ?? {};
  }

  get exitCode(): number {
    return EXIT_CODE_BY_ERROR[this.code];
  }
}

/** The `code` of a Node system error (`ENOENT`…), or undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

const CODE_BY_SYSTEM_ERROR: Partial<Record<string, ErrorCode>> = {
  ENOSPC: 'NO_SPACE',
  EDQUOT: 'NO_SPACE',
  EACCES: 'PERMISSION_DENIED',
  EPERM: 'PERMISSION_DENIED',
  EROFS: 'PERMISSION_DENIED',
};

/**
 * Any thrown value as a PitonError: system errors become `NO_SPACE`, `PERMISSION_DENIED` or
 * `IO_FAILED`; everything else is a defect of piton and becomes `INTERNAL`.
 */
export function toPitonError(error: unknown): PitonError {
  if (error instanceof PitonError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const system = systemErrorCode(error);
  if (system !== undefined && /^E[A-Z0-9]+$/.test(system)) {
    const code = CODE_BY_SYSTEM_ERROR[system] ?? 'IO_FAILED';
    return new PitonError(code, message, { cause: error, details: { system_code: system } });
  }
  return new PitonError('INTERNAL', message, { cause: error });
}
