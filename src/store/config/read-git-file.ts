import { PitonError } from '../../core/errors.js';
import { readBounded } from '../../disk/read.js';
import type { ReadOptions } from '../../disk/read.js';

/**
 * `readBounded` for the files that make a repository: one that cannot be read safely (a link, a
 * FIFO, too large) makes the repository one that piton does not work on.
 * @throws {PitonError} `UNSUPPORTED_REPOSITORY` with `details.path`; system errors otherwise
 */
export function readGitFile(path: string, maxBytes: number, options?: ReadOptions): Buffer | null {
  try {
    return readBounded(path, maxBytes, options);
  } catch (error) {
    if (!(error instanceof PitonError)) throw error;
    throw new PitonError('UNSUPPORTED_REPOSITORY', error.message, {
      hint: 'put a plain file in its place, then try again',
      details: { path },
      cause: error,
    });
  }
}
