import type { HashAlgorithm } from '../../core/types.js';
import type { RefEdit } from '../ref-store.js';

const DIGITS: Record<HashAlgorithm, number> = { sha1: 40, sha256: 64 };

/**
 * Edits as one transaction for `git update-ref --stdin -z`. Symbolic refs are edited themselves.
 * An id of zeros stands for a ref that is not there.
 */
export function formatEdits(edits: readonly RefEdit[], algorithm: HashAlgorithm): string {
  const none = '0'.repeat(DIGITS[algorithm]);
  const commands = edits.map(({ name, expected, value }) => {
    const old = expected ?? none;
    const change = value === null && expected === null ? 'verify' : 'update';
    const fields = change === 'verify' ? [name, old] : [name, value ?? none, old];
    return `option no-deref\0${change} ${fields.join('\0')}\0`;
  });
  return `start\0${commands.join('')}prepare\0commit\0`;
}
