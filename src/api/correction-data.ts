import type { JsonPath } from '../core/byte-path.js';
import type { ArchivedPathData, RollbackData } from './data.js';

export interface CorrectionData {
  /** null in a dry run, as are the other things that do not exist yet. */
  correction_id: string | null;
  decision_id: string;
  mode: 'revert' | 'append';
  reason: string;
  guidance: string | null;
  /** The decision, and those that fell with it. */
  affected: string[];
  /** What was rolled back to; null when nothing was. */
  checkpoint_id: string | null;
  safety_checkpoint_id: string | null;
  /** Relative to the state directory; emptied while the correction is undone. */
  archive: string | null;
  status: 'applied' | 'undone';
  created_at: string;
}

export interface CorrectData {
  correction: CorrectionData;
  /** null: nothing was rolled back. */
  rollback: RollbackData | null;
  archived: ArchivedPathData[];
  /** The decision, then what fell with it: `descendants` and `later`, oldest first. */
  affected: string[];
  /** Decisions that follow from it. */
  descendants: string[];
  /** Others that were made after it. */
  later: string[];
  continue_at_step: number;
  dry_run: boolean;
}

/** A file in an archive. */
export interface ArchivedFileData {
  id: number;
  /** The decision that declared it; null when none did. */
  decision_id: string | null;
  /** Where it was in the workspace. */
  path: JsonPath;
  /** Relative to the state directory. */
  to: string;
  kind: 'file' | 'link' | 'other';
  /** Bytes. */
  size: number;
  /** The id of its contents as a git object; null when they could not be read. */
  hash: string | null;
  /** Permission bits, in octal. */
  mode: string;
  modified_at: string;
}

/** A correction with what its archive holds. */
export type ArchivedCorrectionData = CorrectionData & { archived: ArchivedFileData[] };

export interface CorrectionListData {
  corrections: ArchivedCorrectionData[];
}

export interface NamedCorrectionData {
  correction: ArchivedCorrectionData;
}
