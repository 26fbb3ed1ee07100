import { PitonError } from '../../core/errors.js';
import type { HashAlgorithm } from '../../core/types.js';
import type { RefEdit } from '../ref-store.js';
import { isObjectId } from './ref-content.js';
import { refConflict } from './ref-errors.js';
import { assertRefName } from './ref-name.js';

/**
 * @throws {PitonError} `UNSAFE_PATH` for a name that no ref can have, `GIT_FAILED` for names of
 * which one is a folder of another, `INTERNAL` for edits that make no sense
 */
export function assertEdits(edits: readonly RefEdit[], algorithm: HashAlgorithm): void {
  const names = new Set<string>();
  for (const { name, expected, value } of edits) {
    assertRefName(name);
    const wellFormed = [expected, value].every((oid) => oid === null || isObjectId(oid, algorithm));
    if (!wellFormed || names.has(name)) {
      throw new PitonError('INTERNAL', `not an edit of a ref: ${name} ${expected} -> ${value}`);
    }
    names.add(name);
  }
  for (const name of names) {
    const above = foldersOf(name).find((folder) => names.has(folder));
    if (above !== undefined) throw refConflict(name, above);
  }
}

/** The names that would be folders of a ref's file, below `refs/`. */
export function foldersOf(name: string): string[] {
  const parts = name.split('/');
  return parts.slice(2).map((_, index) => parts.slice(0, index + 2).join('/'));
}
