import { asBytePath, type BytePath } from '../core/byte-path.js';
import { Areas } from './areas.js';
import { openOperation, type OpenOperation, type RollbackContext } from './context.js';
import { fileJournal, removeJournal, type Journal } from './journal.js';
import { inFolder, ownerOf } from './kept-place.js';
import { archivedPath, isArchiving, setAsideLeft, settleArchive } from './settle-archive.js';
import { fileStateOf, type Step } from './steps.js';
import { isCaptured, sweepOlderTrash } from './sweep-trash.js';
import { slotName } from './take-step.js';
import { dropEmptyRecord, writeTrashRecord, type Kept, type Retired } from './trash-record.js';

const NEWCOMER_FORM = /^(\d+)\.newcomer-\d+$/;

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
  await sweepOlderTrash(context, journal);
  sweepReturned(context, journal);
  return kept;
}
