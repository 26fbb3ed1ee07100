import { createHash } from 'node:crypto';
import { bytePathFromText } from '../core/byte-path.js';
import type { FoundFolder, WalkResult } from '../worktree/found.js';
import { walkWorktree } from '../worktree/walk.js';
import type { CheckpointContext } from './context.js';
import { outlookOn } from './look.js';

type TraceContext = Pick<CheckpointContext, 'repository' | 'user' | 'refs'>;

/**
 * A text that differs when a checkpoint might: of the names and stats of all that one would
 * capture, what it would tell that it did not, the staging area and HEAD. No file's contents are
 * read, so a change within the clock tick of an earlier one may leave it as it is; whoever goes by
 * it must take the checkpoint after the trace, never trust an earlier one.
 * @throws {PitonError} `WORKSPACE_MISSING`; the reason of `signal`
 */
export async function traceWorktree(
  { repository, user, refs }: TraceContext,
  signal: AbortSignal | undefined,
): Promise<string> {
  // Rules that cannot be read are told of by each checkpoint, which is often enough.
  const warn = (): void => undefined;
  const { staging, walk } = outlookOn({ repository, user, warn }, {});
  const head = await refs.readHead();
  const root = bytePathFromText(repository.root);
  const walked = await walkWorktree({ ...walk, root, signal, onEntries: undefined });
  const digest = createHash('sha1');
  digest.update(JSON.stringify([head, walked.notCaptured, walked.nestedRepositories]));
  digest.update(staging?.bytes ?? '');
  for (const folder of foldersIn(walked)) {
    const names = folder.files.map(({ name }) => `${name}\0`).join('');
    digest.update(`${folder.path}\0${folder.keptWhenEmpty ? 'kept' : ''}\0${names}\0`, 'latin1');
    digest.update(walked.stats.recordsOf(folder.files));
  }
  return digest.digest('hex');
}

function* foldersIn({ root }: WalkResult): Iterable<FoundFolder> {
  const pending: FoundFolder[] = [root];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    yield folder;
    for (const child of folder.folders) pending.push(child);
  }
}
