import { join } from 'node:path';
import { asBytePath, type BytePath } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import { isId } from '../core/ids.js';
import type { ObjectId } from '../core/types.js';
import { namesIn } from '../disk/names-in.js';
import type { ObjectReader } from '../store/object-store.js';
import { Areas } from './areas.js';
import { algorithmOf, contentsId } from './contents-id.js';
import { openOperation, type OpenOperation, type RollbackContext } from './context.js';
import {
  fileJournal,
  readFiledJournal,
  removeFiledJournal,
  removeJournal,
  type Journal,
} from './journal.js';
import { inFolder, ownerOf } from './kept-place.js';
import { archivedPath, isArchiving, setAsideLeft, settleArchive } from './settle-archive.js';
import { fileStateOf, isSameState, type RetireStep, type Step } from './steps.js';
import { slotName } from './take-step.js';
import { dropEmptyRecord, writeTrashRecord, type Kept, type Retired } from './trash-record.js';

const STATE_AREA = 0;
const INDEX = asBytePath('index');
const NEWCOMER_FORM = /^(\d+)\.newcomer-\d+$/;

/** Whether what lies in a retired path's slot is in the safety checkpoint; null: nothing does. */
function isCaptured(step: RetireStep, operation: OpenOperation): boolean | null {
  const { retired } = operation.areas.at(step.to.area);
  const name = slotName(step.to);
  const stat = retired.lstat(name);
  const { captured } = step;
  if (stat === null) return null;
  if (captured === null || !isSameState(fileStateOf(stat), captured)) return false;
  return contentsId(retired, name, algorithmOf(captured.oid), stat) === captured.oid;
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
    if (isArchiving(step, journal)) continue;
    if (isCaptured(step, operation) === false) names.add(slotName(step.to));
  }
  return names;
}

function pathOfSlot(name: BytePath, area: number, paths: Map<string, BytePath>): BytePath {
  return paths.get(`${area}:${name.split('.')[0]}`) ?? asBytePath('.git/index');
}

/**
 * Moves everything that was set aside and is in no checkpoint to where no later sweep goes, and
 * gives it with its old paths. Again is harmless.
 */
function keepUncaptured(journal: Journal, operation: OpenOperation): Kept[] {
  const { areas } = operation;
  const paths = pathsBySlot(journal.steps);
  const kept: Kept[] = [];
  for (const [index, { archive }] of journal.areas.entries()) {
    if (archive !== undefined) continue;
    const names = slotsToKeep(journal, operation, index);
    // Some are there already when this was cut off before it was recorded.
    const all = [...areas.namesIn(areas.keptPlace(index)), ...names];
    if (all.length === 0) continue;
    const into = areas.keptAt(index);
    for (const name of names) areas.at(index).retired.rename(name, into, name);
    for (const name of all) {
      const stat = into.lstat(name);
      if (stat === null) continue;
      const path = archivedPath(name, journal) ?? pathOfSlot(name, index, paths);
      const place = inFolder(areas.keptPlace(index), name);
      kept.push({ path, to: areas.shownPath(place), place, state: fileStateOf(stat) });
    }
  }
  return kept;
}

/** Whether an object can be read whole. */
async function isReadable(objects: ObjectReader, oid: ObjectId): Promise<boolean> {
  try {
    const object = await objects.readStream(oid);
    if (object.whole === undefined) for await (const chunk of object.stream) void chunk;
    return true;
  } catch (error) {
    if (error instanceof PitonError && error.code === 'OBJECT_DAMAGED') return false;
    throw error;
  }
}

/**
 * Deletes from an operation's trash what its safety checkpoint holds, object by object read back;
 * what was written to after it was retired, or cannot be read back, is kept for good.
 */
async function sweepSlots(
  context: RollbackContext,
  journal: Journal,
  operation: OpenOperation,
): Promise<void> {
  for (const step of journal.steps) {
    if (step.kind !== 'retire' || isArchiving(step, journal)) continue;
    const { retired } = operation.areas.at(step.to.area);
    const name = slotName(step.to);
    const { captured } = step;
    const isSaved = isCaptured(step, operation);
    if (isSaved === null) continue;
    const isSafe =
      captured !== null && isSaved && (await isReadable(context.objects, captured.oid));
    if (isSafe) retired.unlink(name);
    else retired.rename(name, operation.areas.keptAt(step.to.area), name);
  }
  const { retired } = operation.areas.at(STATE_AREA);
  if (retired.lstat(INDEX) !== null) retired.unlink(INDEX);
}

/** Sweeps what earlier operations retired. Trash without its journal is left as it is. */
async function sweepOlderTrash(context: RollbackContext, currentId: string): Promise<void> {
  const trash = join(context.stateDir, 'trash');
  for (const id of namesIn(trash)) {
    if (id === currentId || !isId(id)) continue;
    const journal = readFiledJournal(context.stateDir, id);
    if (journal === null) continue;
    const operation = openOperation(context, journal);
    try {
      await sweepSlots(context, journal, operation);
      operation.areas.close();
      removeFiledJournal(context.stateDir, id);
      operation.areas.removeIfEmpty();
    } finally {
      operation.close();
    }
  }
}

/** Clears up where things were brought back from. */
function sweepReturned(context: RollbackContext, journal: Journal): void {
  const mounts = new Map<string, Set<string>>();
  for (const step of journal.steps) {
    if (step.kind !== 'return') continue;
    const { id, mount } = ownerOf(step.from);
    const known = mounts.get(id) ?? new Set();
    if (mount !== null) known.add(mount);
    mounts.set(id, known);
  }
  for (const [id, places] of mounts) {
    const list = [null, ...places].map((mount) => ({ mount }));
    const areas = new Areas({ ...context, id }, list);
    dropEmptyRecord(context.stateDir, id, areas);
    areas.removeIfEmpty();
  }
}

/**
 * Clears up after a journal whose steps have all been taken (`isDone`), or all been taken back. A
 * journal that is done goes to its trash, where it tells what may be deleted from it later.
 */
export function clearOperation(
  context: RollbackContext,
  journal: Journal,
  isDone: boolean,
): Retired[] {
  const operation = openOperation(context, journal);
  try {
    setAsideLeft(context, journal, operation, isDone);
    const kept = keepUncaptured(journal, operation);
    const { id, safetyCheckpointId } = journal;
    if (kept.length > 0) writeTrashRecord(context, id, { safetyCheckpointId, kept });
    if (isDone) settleArchive(context, journal, operation);
    operation.areas.removeStaged();
    operation.areas.removeIfEmpty();
    if (isDone) fileJournal(context.stateDir, journal.id);
    else removeJournal(context.stateDir);
    return kept.map(({ path, to }) => ({ path, to }));
  } finally {
    operation.close();
  }
}

/**
 * What comes after the commit point: the files of the plans, then clearing up. May be repeated.
 * The trash of this operation stays until the next one has succeeded.
 */
export async function finishOperation(
  context: RollbackContext,
  journal: Journal,
): Promise<Retired[]> {
  for (const plan of journal.plansAfter) await context.writePlan(plan);
  const kept = clearOperation(context, journal, true);
  await sweepOlderTrash(context, journal.id);
  sweepReturned(context, journal);
  return kept;
}
