import type { BytePath } from './byte-path.js';

/** A git object id: lower-case hex, 40 digits in SHA-1 repositories, 64 in SHA-256 ones. */
export type ObjectId = string;

export type HashAlgorithm = 'sha1' | 'sha256';
export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag';
export type EngineName = 'native' | 'embedded';

/** `full`: what was reported as done survives a power cut. `fast`: it survives a crash of piton. */
export type Durability = 'full' | 'fast';

/** Modes as git trees hold them. Permission bits other than "executable" do not exist in git. */
export const MODE = {
  file: 0o100644,
  executable: 0o100755,
  link: 0o120000,
  directory: 0o040000,
  gitlink: 0o160000,
} as const;

export type FileMode = (typeof MODE)[keyof typeof MODE];

/** One line of a git tree. `name` is a single component. */
export interface TreeEntry {
  mode: FileMode;
  name: BytePath;
  oid: ObjectId;
}

/**
 * One captured path of a worktree. `mode` is never `gitlink`; `directory` means an empty folder,
 * whose `oid` is the empty tree.
 */
export interface FileEntry {
  path: BytePath;
  mode: FileMode;
  oid: ObjectId;
}

export interface GitObject {
  type: ObjectType;
  data: Buffer;
}

/** Where HEAD stands: `ref` is null when detached, `commit` is null when the branch is unborn. */
export interface HeadState {
  ref: string | null;
  commit: ObjectId | null;
}

export type NotCapturedReason =
  'too_large' | 'special_file' | 'unreadable' | 'unstable' | 'unsafe_name';

/** A path that the scan saw and did not capture (`unstable`: captured as last read). */
export interface NotCaptured {
  path: BytePath;
  reason: NotCapturedReason;
  /** Bytes, for files. */
  size?: number;
}

export interface Progress {
  phase: 'scanning' | 'hashing' | 'writing' | 'verifying' | 'staging' | 'applying';
  done: number;
  /** Absent while it is not known. */
  total?: number;
}

/** What every verb accepts besides its own arguments. */
export interface OperationOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** Something the caller should know and that did not stop the work. */
export interface Warning {
  code: string;
  message: string;
  paths?: BytePath[];
}
