import { unlinkSync } from 'node:fs';
import { systemErrorCode } from '../core/errors.js';

/**
 * Removes a file or link if it is there. The `rm` of some releases of Node looks at what a link
 * points to, and leaves a dangling one where it is.
 * @throws the system's error, when what is there cannot be removed.
 */
export function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
}
