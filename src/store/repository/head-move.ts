import { PitonError } from '../../core/errors.js';
import type { HeadState } from '../../core/types.js';
import type { HeadMove } from '../ref-store.js';
import { refMismatch } from './ref-errors.js';
import { assertRefName } from './ref-name.js';

/**
 * Checks a move of HEAD against where HEAD stands.
 * @throws {PitonError} `GIT_FAILED` when that is not where the move begins; `UNSAFE_PATH` for a
 * branch whose name is none; `INTERNAL` for a move to nowhere
 */
export function assertHeadMove({ from, to }: HeadMove, found: HeadState): void {
  if (to.ref !== null) assertRefName(to.ref);
  else if (to.commit === null) throw new PitonError('INTERNAL', 'HEAD cannot stand nowhere');
  if (found.ref === from.ref && found.commit === from.commit) return;
  throw refMismatch('HEAD', from, found);
}

/** A reason as a reflog takes it: one line, and never empty, which git refuses. */
export function reflogReason({ reason }: HeadMove): string {
  return reason.replace(/\s+/g, ' ').trim() || 'piton';
}
