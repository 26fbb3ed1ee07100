import { parentOf, ROOT, type BytePath } from '../core/byte-path.js';
import { MODE, type FileEntry } from '../core/types.js';

/** Adds all folders above a path; where one is known, those above it are too. */
export function addParents(folders: Set<BytePath>, path: BytePath): void {
  for (let parent = parentOf(path); parent !== ROOT && !folders.has(parent);) {
    folders.add(parent);
    parent = parentOf(parent);
  }
}

/** All folders that entries lie in, or are. */
export function foldersOf(entries: readonly FileEntry[]): Set<BytePath> {
  const folders = new Set<BytePath>();
  // In sorted lists most entries have the parent of the one before.
  let last = '';
  for (const { path, mode } of entries) {
    const end = path.lastIndexOf('/');
    if (end !== last.length || !path.startsWith(last)) {
      addParents(folders, path);
      last = path.slice(0, Math.max(0, end));
    }
    if (mode === MODE.directory) folders.add(path);
  }
  return folders;
}
