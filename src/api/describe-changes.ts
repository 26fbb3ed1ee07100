import { bytePathFromText, joinPath, pathToJson, type BytePath } from '../core/byte-path.js';
import { LIMITS } from '../core/limits.js';
import { MODE, type FileEntry } from '../core/types.js';
import type { ObjectReader } from '../store/object-store.js';
import type { FileChange } from '../worktree/diff.js';
import { describeChange } from '../worktree/patch.js';
import { readLinkInPlace } from '../worktree/read-link.js';
import { readStable } from '../worktree/stable-read.js';
import type { ChangeData } from './data.js';

type Read = (entry: FileEntry) => Promise<Buffer | null>;

/** Reads entries of a checkpoint; null for what is too large to compare. */
export function storedContents(objects: ObjectReader): Read {
  return async ({ oid }) => {
    const { size, stream } = await objects.readStream(oid);
    if (size > LIMITS.diffFileBytes) {
      stream.destroy();
      return null;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  };
}

/** Reads entries of the worktree as they are now; what has gone since reads as empty. */
export function worktreeContents(root: string): Read {
  return ({ path, mode }) => {
    const absolute = joinPath(bytePathFromText(root), path);
    if (mode === MODE.link) {
      return Promise.resolve(readLinkInPlace(absolute)?.target ?? Buffer.alloc(0));
    }
    const contents = readStable(absolute, LIMITS.diffFileBytes);
    if (contents === 'too_large') return Promise.resolve(null);
    return Promise.resolve(typeof contents === 'string' ? Buffer.alloc(0) : contents.data);
  };
}

/** Reads the first side of changes from one place and the second from another. */
function readerOf(change: FileChange, before: Read, after: Read): Read {
  return (entry) => (entry === change.after ? after(entry) : before(entry));
}

export interface DescribedChanges {
  changes: ChangeData[];
  patch: string;
}

/** Changes as verbs give them back, with their patch when asked for. */
export async function describeChanges(
  changes: readonly FileChange[],
  contents: { before: Read; after: Read },
  withPatch: boolean,
): Promise<DescribedChanges> {
  const described: DescribedChanges = { changes: [], patch: '' };
  const patches: Buffer[] = [];
  for (const change of changes) {
    const read = readerOf(change, contents.before, contents.after);
    const { stat, patch } = await describeChange(change, read);
    described.changes.push({ ...stat, path: pathToJson(stat.path) });
    if (withPatch) patches.push(patch());
  }
  described.patch = Buffer.concat(patches).toString('utf8');
  return described;
}

/** Whether a path is one of those asked for, or below one. */
export function isAskedFor(path: BytePath, asked: readonly BytePath[] | null): boolean {
  return asked?.some((one) => one === '' || path === one || path.startsWith(`${one}/`)) ?? true;
}
