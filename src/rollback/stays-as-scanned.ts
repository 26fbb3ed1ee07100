import { pathToJson, type BytePath } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import type { FileEntry } from '../core/types.js';
import { unsafePath } from '../disk/folder.js';
import { PathSet } from '../worktree/path-set.js';
import type { RollbackProposal } from './propose.js';
import type { Survey } from './survey.js';

function gone(path: BytePath): PitonError {
  return new PitonError('IO_FAILED', `${JSON.stringify(path)} vanished while the rollback ran`, {
    hint: 'try again when nothing else changes the workspace',
    details: { path: pathToJson(path) },
  });
}

/**
 * A proposal leaves alone what is as it should be, so it is good for nothing where a folder went
 * away with such files in it after they were scanned.
 * @throws {PitonError} `UNSAFE_PATH` when something else took the place of such a folder, or of a
 * file whose mode is to change; `IO_FAILED` when it is gone.
 */
export function assertAsScanned(
  proposal: Pick<RollbackProposal, 'modes'>,
  survey: Survey,
  scanned: readonly FileEntry[],
): void {
  for (const { path } of proposal.modes) {
    const stat = survey.stat(path);
    if (stat === null) throw gone(path);
    if (!stat.isFile()) throw unsafePath(path, 'was swapped while the rollback ran');
  }
  if (survey.missingFolders.length === 0) return;
  const paths = new PathSet(scanned.map(({ path }) => path));
  for (const folder of survey.missingFolders) {
    if (!paths.hasWithin(folder)) continue;
    if (survey.stat(folder) === null) throw gone(folder);
    throw unsafePath(folder, 'was swapped while the rollback ran');
  }
}
