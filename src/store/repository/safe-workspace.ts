import { resolve } from 'node:path';
import { PitonError } from '../../core/errors.js';
import type { UserFiles } from '../repository-types.js';
import { realPath } from './git-dir.js';

/**
 * Refuses folders that hold far more than one piece of work.
 * @throws {PitonError} `UNSAFE_WORKSPACE` for `/`, the home folder and every parent of it
 */
export function assertSafeWorkspace(root: string, user: UserFiles): void {
  const workspace = realOrPlain(root);
  const home = realOrPlain(user.home);
  const inside = workspace.endsWith('/') ? workspace : `${workspace}/`;
  if (inside !== '/' && workspace !== home && !home.startsWith(inside)) return;
  const what = workspace === home ? 'the home folder' : 'a parent of the home folder';
  throw new PitonError('UNSAFE_WORKSPACE', `${root} is ${inside === '/' ? 'the root' : what}`, {
    hint: 'go to the folder of the work itself, or say --force',
    details: { path: root },
  });
}

function realOrPlain(path: string): string {
  return realPath(path) ?? resolve(path);
}
