import { asBytePath, type BytePath } from '../core/byte-path.js';
import type { HeadState, NotCaptured } from '../core/types.js';

/** The entries of a sidecar's tree; `index` and `staged` are there when there is a staging area. */
export const SIDECAR_NAMES = {
  planState: asBytePath('plan.json'),
  manifest: asBytePath('manifest.json'),
  index: asBytePath('index'),
  sharedIndex: asBytePath('sharedindex'),
  staged: asBytePath('staged'),
} as const;

export interface NestedRepository {
  path: BytePath;
  head: HeadState;
}

/** The staging area's file beside its bytes, which are the sidecar's `index`. */
export interface StagingAreaRecord {
  /** Lower-case hex. */
  digest: string;
  /** Nanoseconds since the Unix epoch, decimal: too many digits for a JSON number. */
  mtime_ns: string;
  /** As lstat gives it. */
  mode: number;
  /** The name of the file that a split index shares its entries with, beside it. */
  shared: string | null;
}

/**
 * What the scan saw and did not capture, and what a rollback has to know about that moment.
 * `Ignore` is the record of the ignore rules, whose form is their owner's.
 */
export interface Manifest<Ignore> {
  not_captured: readonly NotCaptured[];
  ignore: Ignore;
  /** Ignored paths that were looked at all the same and were absent. */
  looked_at: readonly BytePath[];
  nested: readonly NestedRepository[];
  include_ignored: boolean;
  /** Null when there was none. */
  staging_area: StagingAreaRecord | null;
  /** Of the bytes of `plan.json`; lower-case hex. */
  plan_state_digest: string;
  head: HeadState;
}
