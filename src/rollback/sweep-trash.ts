import { join } from 'node:path';
import { asBytePath, type BytePath } from '../core/byte-path.js';
import { isId } from '../core/ids.js';
import { Deletions } from '../disk/deletions.js';
import { namesIn } from '../disk/names-in.js';
import { algorithmOf, contentsId } from './contents-id.js';
import { openOperation, type OpenOperation, type RollbackContext } from './context.js';
import { readFiledJournal, removeFiledJournal, type Journal } from './journal.js';
import { isArchiving } from './settle-archive.js';
import { fileStateOf, isSameState, type RetireStep } from './steps.js';
import { slotName } from './take-step.js';

const STATE_AREA = 0;
const INDEX = asBytePath('index');
/** Slots that any rollback sweeps: a small one after a large one must not take as long as that. */
const SLOTS_AT_LEAST = 256;

/** Whether what lies in a retired path's slot is in the safety checkpoint; null: nothing does. */
export function isCaptured(step: RetireStep, operation: OpenOperation): boolean | null {
  const { retired } = operation.areas.at(step.to.area);
  const name = slotName(step.to);
  const stat = retired.lstat(name);
  const { captured } = step;
  if (stat === null) return null;
  if (captured === null || !isSameState(fileStateOf(stat), captured)) return false;
  return contentsId(retired, name, algorithmOf(captured.oid), stat) === captured.oid;
}

/** What is still to be swept of an operation's trash. */
function filledSlots(journal: Journal, operation: OpenOperation): RetireStep[] {
  const names = new Map<number, Set<BytePath>>();
  const namesAt = (area: number): Set<BytePath> => {
    const known = names.get(area) ?? new Set(operation.areas.at(area).retired.readdir());
    names.set(area, known);
    return known;
  };
  return journal.steps.filter((step): step is RetireStep => {
    if (step.kind !== 'retire' || isArchiving(step, journal)) return false;
    return namesAt(step.to.area).has(slotName(step.to));
  });
}

/**
 * Deletes what the safety checkpoint holds, read back from there; what was written to after it was
 * retired, or cannot be read back, is kept for good.
 */
async function sweepSlot(
  step: RetireStep,
  context: RollbackContext,
  operation: OpenOperation,
  deletions: Deletions,
): Promise<void> {
  const { retired } = operation.areas.at(step.to.area);
  const name = slotName(step.to);
  const { captured } = step;
  const isSaved = isCaptured(step, operation);
  if (isSaved === null) return;
  const isSafe = captured !== null && isSaved && (await context.objects.isWhole(captured.oid));
  if (isSafe) await deletions.add(retired, name);
  else retired.rename(name, operation.areas.keptAt(step.to.area), name);
}

async function sweepSlots(
  steps: readonly RetireStep[],
  context: RollbackContext,
  operation: OpenOperation,
): Promise<void> {
  const deletions = new Deletions(steps.length);
  try {
    for (const step of steps) await sweepSlot(step, context, operation, deletions);
  } finally {
    // They need the operation's folders open.
    await deletions.settle();
  }
}

function endTrash(context: RollbackContext, journal: Journal, operation: OpenOperation): void {
  const { retired } = operation.areas.at(STATE_AREA);
  if (retired.lstat(INDEX) !== null) retired.unlink(INDEX);
  operation.areas.close();
  removeFiledJournal(context.stateDir, journal.id);
  operation.areas.removeIfEmpty();
}

/**
 * Sweeps what earlier operations retired, the oldest first, and as much as the current one had to
 * do: so the trash never holds much more than the largest of them. Trash without its journal is
 * left as it is.
 */
export async function sweepOlderTrash(context: RollbackContext, current: Journal): Promise<void> {
  let left = Math.max(SLOTS_AT_LEAST, current.steps.length);
  for (const id of namesIn(join(context.stateDir, 'trash'))) {
    if (id === current.id || !isId(id)) continue;
    const journal = readFiledJournal(context.stateDir, id);
    if (journal === null) continue;
    const operation = openOperation(context, journal);
    try {
      const filled = filledSlots(journal, operation);
      await sweepSlots(filled.slice(0, left), context, operation);
      if (filled.length > left) return;
      left -= filled.length;
      endTrash(context, journal, operation);
    } finally {
      operation.close();
    }
  }
}
