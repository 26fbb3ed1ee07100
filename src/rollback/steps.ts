import type { BytePath } from '../core/byte-path.js';
import type { ObjectId } from '../core/types.js';
import type { ArchiveKey } from './archive.js';

/*
 * The steps of a rollback. Each one can be taken back, and what is on disk tells whether it was
 * taken: `retire` when its slot is filled, `place` when what lies at the path is the staged file,
 * `return` when it is what lay in the trash.
 * So the list of steps and the disk are all that recovery needs.
 */

/** Slots are numbered files in an area: staged contents, or retired paths. */
export interface Slot {
  /** Index into the journal's areas. */
  area: number;
  number: number;
}

/** What tells one state of a file from another, whatever its path is. */
export interface FileState {
  ino: string;
  size: string;
  mtimeNs: string;
}

/** How a path looked when it was captured. */
export interface CapturedState extends FileState {
  /**
   * The object that the checkpoint has for it. The times of a file do not tell every change: it may
   * be written through a mapping, or have its times set back; so its contents have the last word.
   */
  oid: ObjectId;
}

export interface RetireStep {
  kind: 'retire';
  path: BytePath;
  to: Slot;
  /** Null when it is in no checkpoint. */
  captured: CapturedState | null;
}

export interface PlaceStep {
  kind: 'place';
  path: BytePath;
  from: Slot;
  staged: FileState;
}

/** Where something lies that is in no checkpoint: below a `kept` folder of an earlier operation. */
export interface KeptPlace {
  below: 'state_directory' | 'worktree';
  /** Relative to that. */
  path: BytePath;
}

/** Brings back what an earlier operation retired. */
export interface ReturnStep {
  kind: 'return';
  path: BytePath;
  from: KeptPlace;
  /** How it looks in the trash. */
  state: FileState;
}

export type Step =
  | RetireStep
  | PlaceStep
  | ReturnStep
  | { kind: 'make_folder'; path: BytePath; mode?: number }
  | { kind: 'remove_folder'; path: BytePath; mode: number }
  | { kind: 'mode'; path: BytePath; mode: number; before: number };

/** Folders on one file system, so that contents move in and out by renames alone. */
export interface Area {
  /** The folder of the workspace in which it lies, as text; null: the state directory. */
  mount: string | null;
  /** It is the archive of a correction, in the state directory; nothing in it is ever swept. */
  archive?: ArchiveKey;
}

export function isSameState(left: FileState, right: FileState): boolean {
  return left.ino === right.ino && left.size === right.size && left.mtimeNs === right.mtimeNs;
}

export function fileStateOf(stat: { ino: bigint; size: bigint; mtimeNs: bigint }): FileState {
  return { ino: String(stat.ino), size: String(stat.size), mtimeNs: String(stat.mtimeNs) };
}
