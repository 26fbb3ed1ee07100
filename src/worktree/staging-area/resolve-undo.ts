import { asBytePath, type BytePath } from '../../core/byte-path.js';
import type { HashAlgorithm, ObjectId } from '../../core/types.js';
import { damagedArea, HASH_BYTES } from './staging-entry.js';

/** One side of a conflict that was resolved since. */
export interface ResolvedSide {
  path: BytePath;
  /** 1 to 3, as it was while the conflict stood. */
  stage: number;
  mode: number;
  oid: ObjectId;
}

const STAGES = [1, 2, 3];

/** A field up to NUL, from an offset on; the offset behind it is `end`. */
function fieldAt(data: Buffer, at: number, file: string): { text: string; end: number } {
  const end = data.indexOf(0, at);
  if (end < 0) throw damagedArea(file, 'its resolved conflicts end too early');
  return { text: data.toString('latin1', at, end), end: end + 1 };
}

/**
 * The extension `REUC`: what `git checkout -m` and `git update-index --unresolve` bring back.
 * Git takes these objects for needed, and no garbage collection works when one is not there.
 * Source: gitformat-index(5), "Resolve undo".
 * @throws {PitonError} `STATE_DAMAGED`
 */
export function readResolveUndo(
  data: Buffer,
  algorithm: HashAlgorithm,
  file: string,
): ResolvedSide[] {
  const sides: ResolvedSide[] = [];
  for (let at = 0; at < data.length;) {
    const path = fieldAt(data, at, file);
    at = path.end;
    const modes = STAGES.map(() => {
      const field = fieldAt(data, at, file);
      at = field.end;
      return Number.parseInt(field.text, 8);
    });
    for (const [index, mode] of modes.entries()) {
      if (mode === 0) continue;
      const end = at + HASH_BYTES[algorithm];
      if (end > data.length) throw damagedArea(file, 'its resolved conflicts end too early');
      const oid = data.toString('hex', at, end);
      sides.push({ path: asBytePath(path.text), stage: index + 1, mode, oid });
      at = end;
    }
  }
  return sides;
}
