import { compareBytes, type BytePath } from '../core/byte-path.js';
import { MODE, type FileEntry } from '../core/types.js';

/** One path in which two lists of entries differ; null where the path is not captured. */
export interface EntryPair {
  path: BytePath;
  before: FileEntry | null;
  after: FileEntry | null;
}

/**
 * `mode`: only the executable bit differs. `type`: a file, a link or an empty folder became
 * another of these. `modified`: the contents differ, whatever the executable bit does.
 */
export type ChangeStatus = 'added' | 'deleted' | 'modified' | 'mode' | 'type';

export interface FileChange extends EntryPair {
  status: ChangeStatus;
}

function kindOf(entry: FileEntry): number {
  return entry.mode === MODE.executable ? MODE.file : entry.mode;
}

function statusOf(before: FileEntry | null, after: FileEntry | null): ChangeStatus {
  if (before === null) return 'added';
  if (after === null) return 'deleted';
  if (kindOf(before) !== kindOf(after)) return 'type';
  return before.oid === after.oid ? 'mode' : 'modified';
}

function isFolderOnOneSide(pair: EntryPair): boolean {
  const only = pair.before === null ? pair.after : pair.after === null ? pair.before : null;
  return only?.mode === MODE.directory;
}

/** The index of the first of some things sorted by path whose path is not less than `path`. */
function lowerBound(pairs: readonly Pick<EntryPair, 'path'>[], path: string): number {
  let low = 0;
  let high = pairs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (pairs[middle]!.path < path) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Differing pairs, sorted by path, as changes. A folder entry stands for an empty folder, so it
 * also comes and goes when the folder is filled or emptied. Then the folder itself was there all
 * along, and only what is below it changed: no change is reported for the folder.
 */
export function changesOf(pairs: readonly EntryPair[]): FileChange[] {
  const changes: FileChange[] = [];
  for (const pair of pairs) {
    if (isFolderOnOneSide(pair)) {
      const below = `${pair.path}/`;
      if (pairs[lowerBound(pairs, below)]?.path.startsWith(below)) continue;
    }
    changes.push({ ...pair, status: statusOf(pair.before, pair.after) });
  }
  return changes;
}

type Contents = Pick<FileEntry, 'mode' | 'oid'>;

export function isSameEntry(left: Contents, right: Contents): boolean {
  return left.mode === right.mode && left.oid === right.oid;
}

/** Two lists, each sorted by path in byte order, as one: what stands at each path in either. */
export function* pairedEntries(
  before: readonly FileEntry[],
  after: readonly FileEntry[],
): Iterable<Pick<EntryPair, 'before' | 'after'>> {
  let i = 0;
  let j = 0;
  for (;;) {
    const left = before[i] ?? null;
    const right = after[j] ?? null;
    if (left === null && right === null) return;
    const order = !left ? 1 : !right ? -1 : compareBytes(left.path, right.path);
    if (order <= 0) i++;
    if (order >= 0) j++;
    yield { before: order <= 0 ? left : null, after: order >= 0 ? right : null };
  }
}

/** The pairs in which two lists, each sorted by path in byte order, differ; sorted as well. */
function differingPairs(before: readonly FileEntry[], after: readonly FileEntry[]): EntryPair[] {
  const pairs: EntryPair[] = [];
  for (const { before: left, after: right } of pairedEntries(before, after)) {
    if (left && right && isSameEntry(left, right)) continue;
    pairs.push({ path: (left ?? right)!.path, before: left, after: right });
  }
  return pairs;
}

/** The changes that lead from one list of entries to another; both sorted by path. */
export function diffEntries(
  before: readonly FileEntry[],
  after: readonly FileEntry[],
): FileChange[] {
  return changesOf(differingPairs(before, after));
}
