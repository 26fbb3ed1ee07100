import { MODE, type FileEntry } from '../core/types.js';

/** Whether it is a file or link, and no empty folder. */
export function isFile(entry: FileEntry): boolean {
  return entry.mode !== MODE.directory;
}

/** Whether a file has the same contents, whatever becomes of its mode. */
export function isContentKept(before: FileEntry, after: FileEntry): boolean {
  const bothFiles = before.mode !== MODE.link && after.mode !== MODE.link;
  return before.oid === after.oid && bothFiles && isFile(before) && isFile(after);
}
