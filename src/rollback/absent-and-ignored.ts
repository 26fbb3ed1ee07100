import type { Look } from '../checkpoint/look.js';
import { joinPath, type BytePath } from '../core/byte-path.js';
import type { FileEntry } from '../core/types.js';
import { pairedEntries } from '../worktree/diff.js';
import { isPathIgnored } from '../worktree/ignore/path-query.js';
import { isFile } from './entry-kinds.js';
import { foldersOf } from './folders-of.js';
import type { Target } from './target.js';

/**
 * Files and empty folders of a target that are not there, and that today's rules ignore or those of
 * the target, which come back with it. The look must have asked for them, so that their absence is
 * seen: undoing the rollback takes them away again although the rules, by then, ignore them.
 */
export function absentAndIgnored(
  { scan, rules, ignoreFiles }: Look,
  target: Pick<Target, 'entries' | 'ignores'>,
): BytePath[] {
  const readFileAt = (directory: BytePath, name: BytePath): Buffer | null =>
    ignoreFiles.get(joinPath(directory, name)) ?? null;
  const absent: FileEntry[] = [];
  for (const { before, after } of pairedEntries(scan.entries, target.entries)) {
    if (before !== null || after === null) continue;
    const { path } = after;
    const isFolder = !isFile(after);
    const isIgnoredNow = isPathIgnored(rules, path, isFolder, readFileAt);
    if (isIgnoredNow || target.ignores(path, isFolder)) absent.push(after);
  }
  const present = absent.every(isFile) ? new Set<BytePath>() : foldersOf(scan.entries);
  return absent.map(({ path }) => path).filter((path) => !present.has(path));
}
