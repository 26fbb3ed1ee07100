import { join } from 'node:path';
import { bytePathFromText } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import type { OperationOptions } from '../core/types.js';
import { contentsOf } from '../disk/contents.js';
import { collectGarbage } from '../retention/collect-garbage.js';
import { sweepLeftovers } from '../retention/sweep-leftovers.js';
import type { Repository } from '../store/repository-types.js';
import type { GcData } from './data.js';
import type { Session } from './session.js';

function bytesOf({ commonDir, stateDir }: Repository): number {
  const folders = [join(commonDir, 'objects'), stateDir].map(bytePathFromText);
  return folders.reduce((sum, folder) => sum + contentsOf(folder).bytes, 0);
}

/**
 * Sweeps what died processes left, and has git collect its garbage. No checkpoint goes: for that
 * there is `prune`.
 * @throws {PitonError} `GIT_REQUIRED` without a git program; `UNSUPPORTED_REPOSITORY`; `GIT_FAILED`
 */
export async function gc(session: Session, options: OperationOptions): Promise<GcData> {
  const { repository, settings } = session;
  const { name, reason } = await session.engine();
  if (name !== 'native') {
    throw new PitonError('GIT_REQUIRED', `git collects the garbage, and is not used: ${reason}`, {
      hint: 'install git, or a newer one, and leave out --engine embedded',
    });
  }
  const before = bytesOf(repository);
  const swept = await session.locked((workspace) => sweepLeftovers(workspace), options);
  // Without the lock: it can take long, and git gets along with whatever piton does meanwhile.
  await collectGarbage(settings.git, repository, options.signal);
  (await session.objects()).refresh();
  return { bytes_before: before, bytes_after: bytesOf(repository), swept };
}
