import { createHash, type Hash } from 'node:crypto';
import type { StagingArea } from './read-staging-area.js';
import type { ResolvedSide } from './resolve-undo.js';
import type { StagingEntry } from './staging-entry.js';

const ENTRIES_PER_UPDATE = 1_000;

function lineOf(entry: StagingEntry): string {
  const { path, mode, oid, stage, assumeValid, skipWorktree, intentToAdd } = entry;
  const flags = Number(assumeValid) + 2 * Number(skipWorktree) + 4 * Number(intentToAdd);
  return `${mode.toString(8)} ${oid} ${stage} ${flags} ${path}\0`;
}

function lineOfResolved({ path, mode, oid, stage }: ResolvedSide): string {
  return `resolved ${mode.toString(8)} ${oid} ${stage} ${path}\0`;
}

function update(hash: Hash, entries: readonly StagingEntry[]): void {
  hash.update(entries.map(lineOf).join(''), 'latin1');
}

/**
 * SHA-256, in hex, over what the staging area says: of every entry the path, mode, id, stage and
 * flags, and what resolved conflicts were made of. Stat data is left out, so that `git status`,
 * which refreshes it, does not change the digest; how the file is written (version, extensions,
 * split or not) does not matter either.
 */
export function stagingDigest(area: StagingArea): string {
  const hash = createHash('sha256');
  for (let at = 0; at < area.entries.length; at += ENTRIES_PER_UPDATE) {
    update(hash, area.entries.slice(at, at + ENTRIES_PER_UPDATE));
  }
  hash.update(area.resolved.map(lineOfResolved).join(''), 'latin1');
  return hash.digest('hex');
}
