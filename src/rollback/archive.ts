import type { BytePath } from '../core/byte-path.js';

/** Which correction an archive belongs to; both ids are ULIDs. */
export interface ArchiveKey {
  planId: string;
  correctionId: string;
}

/** A file or folder that a decision is said to have produced. */
export interface Artifact {
  path: BytePath;
  decisionId: string;
}

/**
 * What a rollback does with an archive. `into`: what vanishes from the worktree is moved there, and
 * with it the artifacts although no checkpoint holds them. `out`: all of it is moved back.
 */
export type ArchiveMove =
  | { direction: 'into'; key: ArchiveKey; artifacts: readonly Artifact[] }
  | { direction: 'out'; key: ArchiveKey };

/** What the journal says of an archive. */
export interface JournalArchive extends ArchiveKey {
  direction: ArchiveMove['direction'];
  /** The decision that declared what is moved into a slot, by the slot's number. */
  decisions: Record<string, string>;
}

/** Where an archive is, relative to the state directory. */
export function archivePath({ planId, correctionId }: ArchiveKey): string {
  return `archive/${planId}/${correctionId}`;
}

/** Where the archived files are, each under a number, relative to the state directory. */
export function archivedFilesPath(key: ArchiveKey): string {
  return `${archivePath(key)}/files`;
}
