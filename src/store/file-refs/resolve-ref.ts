import type { HeadState, ObjectId } from '../../core/types.js';
import { readLooseRef } from '../repository/loose-refs.js';
import type { RefPlace } from '../repository/loose-refs.js';
import { readPackedRefs } from '../repository/packed-refs.js';
import type { PackedRefs } from '../repository/packed-refs.js';
import { refDamaged } from '../repository/ref-errors.js';

/** As git's SYMREF_MAXDEPTH. */
const MAX_DEPTH = 5;

export interface ResolvedRef {
  /** The ref at the end of all symbolic ones. */
  name: string;
  /** Null when there is no such ref. */
  oid: ObjectId | null;
}

/**
 * Follows a ref to what it points at: loose refs go before packed ones. The packed ones are read
 * after the loose one was not found, since git packs in that order.
 * @throws {PitonError} `STATE_DAMAGED` for what is no ref, `UNSAFE_PATH` for links
 */
export function resolveRef(place: RefPlace, name: string, packed?: PackedRefs): ResolvedRef {
  let at = name;
  for (let depth = 0; depth <= MAX_DEPTH; depth += 1) {
    const value = readLooseRef(place, at);
    if (value?.kind === 'oid') return { name: at, oid: value.oid };
    if (value === null) {
      const { commonDir, algorithm } = place;
      return { name: at, oid: (packed ?? readPackedRefs(commonDir, algorithm)).get(at) };
    }
    at = value.target;
  }
  throw refDamaged(name, 'goes through too many symbolic refs');
}

/** @throws {PitonError} `STATE_DAMAGED` when HEAD is missing or says nothing valid */
export function readHeadOf(place: RefPlace): HeadState {
  const { name, oid } = resolveRef(place, 'HEAD');
  if (name === 'HEAD' && oid === null) throw refDamaged('HEAD', 'is not there');
  return { ref: name === 'HEAD' ? null : name, commit: oid };
}
