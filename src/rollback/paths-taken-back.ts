import { parentOf, ROOT, type BytePath } from '../core/byte-path.js';
import type { FileEntry } from '../core/types.js';
import { isFile } from './entry-kinds.js';
import type { Returns } from './returns.js';

/**
 * What an undo or redo of a rollback of some paths has to put back: those paths, and the files
 * that had to make room for the folders above them.
 * @param paths what was rolled back; null for everything
 * @param entries of the safety checkpoint that is gone back to
 * @param inTrash what that rollback retired and is in no checkpoint
 */
export function pathsTakenBack(
  paths: readonly BytePath[] | null,
  entries: readonly FileEntry[],
  inTrash: Returns,
): readonly BytePath[] | null {
  if (paths === null) return null;
  const above = new Set<BytePath>();
  for (const path of paths) {
    for (let at = parentOf(path); at !== ROOT; at = parentOf(at)) above.add(at);
  }
  const files = entries.filter(isFile);
  const retired = [...inTrash.returns.map(({ step }) => step), ...inTrash.held];
  const madeRoom = [...files, ...retired].filter(({ path }) => above.has(path));
  return [...paths, ...madeRoom.map(({ path }) => path)];
}
