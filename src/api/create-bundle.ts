import { existsSync, statSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { PitonError } from '../core/errors.js';
import { createBundle as writeBundle } from '../remote/bundle.js';
import type { BundleCreateData } from './data.js';
import { pairsToSend } from './push.js';
import { gitRepositoryOf } from './remote-session.js';
import type { Session } from './session.js';
import type { BundleOptions } from './types.js';

/**
 * Writes checkpoints with their plans, and all that they need, into a file.
 * @throws {PitonError} `USAGE` when the path is not absolute, has no folder, or something is
 * there already
 */
export async function createBundle(
  session: Session,
  file: string,
  options: BundleOptions,
): Promise<BundleCreateData> {
  if (!isAbsolute(file)) {
    throw new PitonError('USAGE', 'the bundle must be named by an absolute path', {
      hint: 'use path.resolve() on it first',
      details: { file },
    });
  }
  const folder = dirname(file);
  if (!existsSync(folder)) {
    throw new PitonError('USAGE', `there is no folder ${folder}`, {
      hint: 'make it first',
      details: { file },
    });
  }
  const repository = await gitRepositoryOf(session);
  return session.reading(async (workspace) => {
    const pairs = await pairsToSend(workspace, options.plan);
    const { signal } = options;
    await writeBundle(session.settings.git, repository, { file, pairs, signal });
    return { file, checkpoints: pairs.length, bytes: statSync(file).size };
  });
}
