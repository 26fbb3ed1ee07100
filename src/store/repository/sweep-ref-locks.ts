import { nameOf, parentOf, textOf } from '../../core/byte-path.js';
import type { Repository } from '../repository-types.js';
import { AnchoredRoot } from '../../disk/anchored-root.js';
import { refFiles } from './loose-refs.js';

/** Far longer than any process holds a ref's lock; linked worktrees do not share piton's lock. */
const HELD_AT_MOST_MS = 60_000;

/**
 * Removes the locks that killed processes left on piton's refs, and gives the names of the refs.
 * To be called only with the workspace's lock held. Below `ownPrefixes` nobody writes without that
 * lock, so any lock there is stale; elsewhere, where a linked worktree may work, what is older
 * than both `startedAt` and a minute. An owner that was merely stopped for so long finds its lock
 * gone, and changes nothing. Other refs are left alone: other programs write them.
 * @param startedAt when this process began, in milliseconds since the Unix epoch
 */
export function sweepRefLocks(
  repository: Repository,
  startedAt: number,
  now: number,
  ownPrefixes: readonly string[] = [],
): string[] {
  if (repository.refStorage !== 'files') return [];
  const before = Math.min(startedAt, now - HELD_AT_MOST_MS);
  const swept: string[] = [];
  const root = AnchoredRoot.open(repository.commonDir);
  try {
    for (const path of refFiles(repository.commonDir, 'refs/piton/')) {
      if (!path.endsWith('.lock')) continue;
      const isOwn = ownPrefixes.some((prefix) => path.startsWith(prefix));
      root.within(parentOf(path), (folder) => {
        const stat = folder.lstat(nameOf(path));
        if (stat?.isFile() !== true || (!isOwn && Number(stat.mtimeMs) >= before)) return;
        folder.unlink(nameOf(path));
        swept.push((textOf(path) ?? path).slice(0, -'.lock'.length));
      });
    }
  } finally {
    root.close();
  }
  return swept;
}
