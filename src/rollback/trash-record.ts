import { join } from 'node:path';
import { asBytePath, pathFromJson, pathToJson, type BytePath } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import { isId } from '../core/ids.js';
import { LIMITS } from '../core/limits.js';
import { writeAtomic } from '../disk/atomic-write.js';
import { namesIn } from '../disk/names-in.js';
import { readBounded } from '../disk/read.js';
import type { Areas } from './areas.js';
import type { RollbackContext } from './context.js';
import { isKeptPlace } from './kept-place.js';
import type { FileState, KeptPlace } from './steps.js';

/** Something that was in the way and is in no checkpoint, and where it is now. */
export interface Retired {
  path: BytePath;
  /** Relative to the state directory. */
  to: BytePath;
}

/** The same, with all that bringing it back takes. */
export interface Kept extends Retired {
  place: KeptPlace;
  state: FileState;
}

/** What an operation retired, beside it in the trash; see docs/FORMAT.md. */
interface TrashRecord {
  safetyCheckpointId: string;
  kept: Kept[];
}

const VERSION = 1;
const NUMBER = /^-?\d{1,20}$/;

function recordPath(stateDir: string, id: string): string {
  return join(stateDir, 'trash', id, 'retired.json');
}

export function writeTrashRecord(
  { stateDir, durability }: Pick<RollbackContext, 'stateDir' | 'durability'>,
  id: string,
  { safetyCheckpointId, kept }: TrashRecord,
): void {
  const retired = kept.map(({ path, to, place, state }) => ({
    path: pathToJson(path),
    to: pathToJson(to),
    below: place.below,
    at: pathToJson(place.path),
    ino: state.ino,
    size: state.size,
    mtime_ns: state.mtimeNs,
  }));
  const record = { version: VERSION, safety_checkpoint_id: safetyCheckpointId, retired };
  writeAtomic(recordPath(stateDir, id), `${JSON.stringify(record, null, 2)}\n`, { durability });
}

function parseKept(value: unknown): Kept {
  const { path, to, below, at, ino, size, mtime_ns } = value as Record<string, unknown>;
  const place = { below, path: pathFromJson(at) };
  const state = { ino, size, mtimeNs: mtime_ns };
  const isState = Object.values(state).every((one) => typeof one === 'string' && NUMBER.test(one));
  if (!isKeptPlace(place) || !isState) throw new TypeError('a field is of the wrong type');
  return { path: pathFromJson(path), to: pathFromJson(to), place, state: state as FileState };
}

/** What an operation retired; null when it retired nothing, or the record is none of piton's. */
function readTrashRecord(stateDir: string, id: string): TrashRecord | null {
  try {
    const bytes = readBounded(recordPath(stateDir, id), LIMITS.manifestBytes);
    if (bytes === null) return null;
    const value = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
    const { version, safety_checkpoint_id: safetyCheckpointId, retired } = value;
    if (version !== VERSION || typeof safetyCheckpointId !== 'string') return null;
    return { safetyCheckpointId, kept: (retired as unknown[]).map(parseKept) };
  } catch (error) {
    // Anybody can write into the trash; what cannot be read only is not brought back.
    const isForeign = error instanceof SyntaxError || error instanceof TypeError;
    if (isForeign || error instanceof PitonError) return null;
    throw error;
  }
}

/** Everything that the operation which took this safety checkpoint retired, oldest first. */
export function readKept(stateDir: string, safetyCheckpointId: string): Kept[] {
  return namesIn(join(stateDir, 'trash'))
    .filter(isId)
    .sort()
    .flatMap((id) => {
      const record = readTrashRecord(stateDir, id);
      return record?.safetyCheckpointId === safetyCheckpointId ? record.kept : [];
    });
}

/** Deletes an operation's record when nothing that it tells of is in the trash any more. */
export function dropEmptyRecord(stateDir: string, id: string, areas: Areas): void {
  const record = readTrashRecord(stateDir, id);
  if (record === null || record.kept.some(({ place }) => areas.keptStat(place) !== null)) return;
  const path = asBytePath(`trash/${id}/retired.json`);
  areas.atKept({ below: 'state_directory', path }, (folder, name) => {
    folder.unlink(name);
  });
}
