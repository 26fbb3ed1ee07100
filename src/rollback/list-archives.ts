import { join } from 'node:path';
import { isId } from '../core/ids.js';
import { namesIn } from '../disk/names-in.js';
import type { ArchiveKey } from './archive.js';

/** The archives of all plans, also those that nothing speaks of. */
export function listArchives(stateDir: string): ArchiveKey[] {
  const folder = join(stateDir, 'archive');
  const planIds = namesIn(folder).filter(isId).sort();
  return planIds.flatMap((planId) =>
    namesIn(join(folder, planId))
      .filter(isId)
      .sort()
      .map((correctionId) => ({ planId, correctionId })),
  );
}
