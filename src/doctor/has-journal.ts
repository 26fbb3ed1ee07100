import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Repository } from '../store/repository-types.js';

const JOURNALS = ['journal', 'journal.committed'];

/** Whether an operation waits for recovery; until then nothing that it needs may be touched. */
export function hasJournal({ stateDir }: Pick<Repository, 'stateDir'>): boolean {
  return JOURNALS.some(
    (name) => lstatSync(join(stateDir, name), { throwIfNoEntry: false }) !== undefined,
  );
}
