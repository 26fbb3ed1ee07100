import type { Look } from '../checkpoint/look.js';
import { joinPath, type BytePath } from '../core/byte-path.js';
import type { FileEntry } from '../core/types.js';
import { pairedEntries } from '../worktree/diff.js';
import { isPathIgnored } from '../worktree/ignore/path-query.js';
import { isFile } from './entry-kinds.js';
import { foldersOf } from './folders-of.js';

/**
 * Files and empty folders of a target that today's rules ignore and that are not there. The look
 * must have asked for them, so that their absence is seen: undoing the rollback takes them away
 * again although the rules, by then, ignore them.
 * @param target sorted by path
 */
export function absentAndIgnored(
  { scan, rules, ignoreFiles }: Look,
  target: readonly FileEntry[],
): BytePath[] {
  const readFileAt = (directory: BytePath, name: BytePath): Buffer | null =>
    ignoreFiles.get(joinPath(directory, name)) ?? null;
  const absent: FileEntry[] = [];
  for (const { before, after } of pairedEntries(scan.entries, target)) {
    if (before !== null || after === null) continue;
    if (isPathIgnored(rules, after.path, !isFile(after), readFileAt)) absent.push(after);
  }
  const present = absent.every(isFile) ? new Set<BytePath>() : foldersOf(scan.entries);
  return absent.map(({ path }) => path).filter((path) => !present.has(path));
}
