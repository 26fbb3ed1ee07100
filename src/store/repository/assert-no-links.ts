import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { PitonError } from '../../core/errors.js';

const COMMON_FOLDERS = ['objects', 'objects/pack', 'objects/info', 'refs', 'refs/piton'];

/**
 * Refuses a repository whose folders lead elsewhere: what piton writes must stay inside it.
 * @throws {PitonError} `UNSAFE_PATH` with `details.path`
 */
export function assertNoLinks(commonDir: string, gitDir: string): void {
  for (const name of COMMON_FOLDERS) assertFolderOrNothing(join(commonDir, name));
  assertFolderOrNothing(join(gitDir, 'piton'));
}

function assertFolderOrNothing(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isDirectory()) return;
  throw new PitonError('UNSAFE_PATH', `${path} is not a real folder`, {
    hint: 'piton follows no link inside a git dir; put a real folder in its place',
    details: { path },
  });
}
