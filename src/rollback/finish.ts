import { closeSync, constants, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { asBytePath, pathToJson, type BytePath } from '../core/byte-path.js';
import { systemErrorCode } from '../core/errors.js';
import { isId } from '../core/ids.js';
import type { ObjectId } from '../core/types.js';
import type { AnchoredDirectory } from '../disk/anchored-directory.js';
import { writeAtomic } from '../disk/atomic-write.js';
import { emptyDirectory } from '../disk/retire.js';
import { hashObject, startObjectHash } from '../store/objects/object-format.js';
import { openOperation, type OpenOperation, type RollbackContext } from './context.js';
import { removeJournal, type Journal } from './journal.js';
import { fileStateOf, isSameState, type Step } from './steps.js';
import { slotName } from './take-step.js';

/** Something that was in the way and is in no checkpoint, and where it is now. */
export interface Retired {
  path: BytePath;
  /** Relative to the state directory. */
  to: BytePath;
}

const HASH_CHUNK_BYTES = 1024 * 1024;
const NEWCOMER_FORM = /^(\d+)\.newcomer-\d+$/;

/** The id that a file's or link's contents have now; `like` tells the hash by its length. */
function contentsId(folder: AnchoredDirectory, name: BytePath, like: ObjectId): ObjectId {
  const algorithm = like.length === 40 ? 'sha1' : 'sha256';
  const stat = folder.lstat(name);
  if (stat?.isSymbolicLink() === true) return hashObject(algorithm, 'blob', folder.readlink(name));
  const hash = startObjectHash(algorithm, 'blob', Number(stat?.size ?? 0n));
  const fd = folder.open(name, constants.O_RDONLY);
  try {
    const chunk = Buffer.allocUnsafe(HASH_CHUNK_BYTES);
    for (let count = readSync(fd, chunk); count > 0; count = readSync(fd, chunk)) {
      hash.update(chunk.subarray(0, count));
    }
  } finally {
    closeSync(fd);
  }
  return hash.digest('hex');
}

/** Whether what lies in a retired path's slot is in the safety checkpoint. */
function isCaptured(step: Step & { kind: 'retire' }, operation: OpenOperation): boolean {
  const { retired } = operation.areas.at(step.to.area);
  const name = slotName(step.to);
  const stat = retired.lstat(name);
  const { captured } = step;
  if (stat === null) return true;
  if (captured === null || !isSameState(fileStateOf(stat), captured)) return false;
  return captured.racyId === null || contentsId(retired, name, captured.racyId) === captured.racyId;
}

function pathsBySlot(steps: readonly Step[]): Map<string, BytePath> {
  const paths = new Map<string, BytePath>();
  for (const step of steps) {
    if (step.kind === 'retire') paths.set(`${step.to.area}:${step.to.number}`, step.path);
    if (step.kind === 'place') paths.set(`${step.from.area}:${step.from.number}`, step.path);
  }
  return paths;
}

function slotsToKeep(journal: Journal, operation: OpenOperation, index: number): Set<BytePath> {
  const names = new Set<BytePath>();
  for (const name of operation.areas.at(index).retired.readdir()) {
    if (NEWCOMER_FORM.test(name) || name === 'index.newcomer') names.add(name);
  }
  for (const step of journal.steps) {
    if (step.kind !== 'retire' || step.to.area !== index) continue;
    if (!isCaptured(step, operation)) names.add(slotName(step.to));
  }
  return names;
}

/**
 * Moves everything that was set aside and is in no checkpoint to where no later sweep goes, and
 * gives it with its old paths. Again is harmless.
 */
function keepUncaptured(journal: Journal, operation: OpenOperation): Retired[] {
  const paths = pathsBySlot(journal.steps);
  const kept: Retired[] = [];
  for (const index of journal.areas.keys()) {
    const names = slotsToKeep(journal, operation, index);
    if (names.size === 0) continue;
    const into = operation.areas.keptAt(index);
    for (const name of names) {
      operation.areas.at(index).retired.rename(name, into, name);
      const path = paths.get(`${index}:${name.split('.')[0]}`) ?? asBytePath('.git/index');
      kept.push({ path, to: operation.areas.shownPath(index, name) });
    }
  }
  return kept;
}

function recordKept(context: RollbackContext, journal: Journal, kept: readonly Retired[]): void {
  if (kept.length === 0) return;
  const list = kept.map(({ path, to }) => ({ path: pathToJson(path), to: pathToJson(to) }));
  const file = join(context.stateDir, 'trash', journal.id, 'retired.json');
  writeAtomic(file, `${JSON.stringify(list, null, 2)}\n`, { durability: context.durability });
}

/** Deletes what earlier operations retired and the safety checkpoints hold. */
function sweepOlderTrash(context: RollbackContext, currentId: string): void {
  const trash = join(context.stateDir, 'trash');
  for (const id of namesIn(trash)) {
    if (id === currentId || !isId(id)) continue;
    const operation = openOperation(context, { id, areas: [{ mount: null }] });
    try {
      if (namesIn(join(trash, id)).includes('old')) emptyDirectory(join(trash, id, 'old'));
      operation.areas.removeIfEmpty();
    } finally {
      operation.close();
    }
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Clears up after a journal whose steps have all been taken, or all been taken back. */
export function clearOperation(context: RollbackContext, journal: Journal): Retired[] {
  const operation = openOperation(context, journal);
  try {
    const kept = keepUncaptured(journal, operation);
    recordKept(context, journal, kept);
    operation.areas.removeStaged();
    for (const [index, area] of journal.areas.entries()) {
      if (area.mount !== null) operation.areas.removeRetired(index);
    }
    operation.areas.removeIfEmpty();
    removeJournal(context.stateDir);
    return kept;
  } finally {
    operation.close();
  }
}

/**
 * What comes after the commit point: the plan file, then clearing up. May be repeated.
 * The trash of this operation stays until the next one has succeeded.
 */
export async function finishOperation(
  context: RollbackContext,
  journal: Journal,
): Promise<Retired[]> {
  await context.writePlan(journal.planId, journal.planAfter);
  const kept = clearOperation(context, journal);
  sweepOlderTrash(context, journal.id);
  return kept;
}
