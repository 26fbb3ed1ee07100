/** A hook of one host and event, in the file where it is or would be. */
export interface HookData {
  /** `git`, or an agent's name. */
  host: string;
  /** Absolute. */
  place: string;
  event: string;
  level: 'project' | 'user';
  installed: boolean;
  /** Whether a failure of piton stops what the hook belongs to. */
  strict: boolean;
  /** What should be known of this place, or null. */
  note: string | null;
}

export interface HooksStatusData {
  hooks: HookData[];
  /** What hooks could not say aloud: the file, and its last line; null outside of a workspace. */
  log: { path: string; last: string | null } | null;
}

export interface HooksChangeData {
  hooks: HookData[];
  /** The files that are written, or would be. */
  files: { path: string; change: 'created' | 'changed' | 'deleted' }[];
  dry_run: boolean;
}

export interface HookRunData {
  host: string;
  event: string;
  checkpoints: {
    workspace: string;
    plan_id: string;
    checkpoint_id: string;
    /** The plan's last completed step. */
    step: number;
    created: boolean;
  }[];
  failures: { workspace: string; code: string; message: string }[];
  /** What the host must read on standard output, or null. */
  reply: string | null;
}
