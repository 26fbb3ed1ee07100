import { nameOf, parentOf, ROOT, type BytePath } from '../core/byte-path.js';
import { systemErrorCode } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { AnchoredDirectory } from '../disk/anchored-directory.js';
import {
  fileStateOf,
  isSameState,
  type PlaceStep,
  type RetireStep,
  type ReturnStep,
  type Step,
} from './steps.js';
import { moveWithoutOverwriting, newcomerName, slotName, type StepContext } from './take-step.js';

/** Something that was found in the way while undoing, and where it went. */
export interface SetAside {
  path: BytePath;
  area: number;
  name: BytePath;
}

/** Moves what lies at a path, and is not ours, out of the way of what belongs there. */
function setAside(
  folder: AnchoredDirectory,
  step: RetireStep | PlaceStep,
  context: StepContext,
): SetAside | null {
  const name = nameOf(step.path);
  if (folder.lstat(name) === null) return null;
  const slot = step.kind === 'retire' ? step.to : step.from;
  const { retired } = context.areas.at(slot.area);
  for (let attempt = 1; attempt <= LIMITS.newcomersPerPath * 4; attempt++) {
    const free = newcomerName(slot, attempt);
    if (retired.lstat(free) !== null) continue;
    folder.rename(name, retired, free);
    context.worktree.forget(step.path);
    return { path: step.path, area: slot.area, name: free };
  }
  return null;
}

function undoRetire(
  step: RetireStep,
  folder: AnchoredDirectory,
  context: StepContext,
): SetAside | null {
  const { retired } = context.areas.at(step.to.area);
  const slot = slotName(step.to);
  const old = retired.lstat(slot);
  if (old === null) return null;
  const name = nameOf(step.path);
  const present = folder.lstat(name);
  if (present !== null && present.ino === old.ino && present.dev === old.dev) {
    retired.unlink(slot);
    return null;
  }
  const aside = setAside(folder, step, context);
  if (old.isDirectory()) retired.rename(slot, folder, name);
  else moveWithoutOverwriting(retired, slot, folder, name);
  return aside;
}

function undoPlace(
  step: PlaceStep,
  folder: AnchoredDirectory,
  context: StepContext,
): SetAside | null {
  const name = nameOf(step.path);
  const { staged } = context.areas.at(step.from.area);
  const slot = slotName(step.from);
  const present = folder.lstat(name);
  const waiting = staged.lstat(slot);
  if (present === null || present.isDirectory()) return null;
  if (String(present.ino) !== step.staged.ino) return null;
  if (!isSameState(fileStateOf(present), step.staged)) return setAside(folder, step, context);
  if (waiting === null) folder.rename(name, staged, slot);
  else folder.unlink(name);
  return null;
}

/** What came back goes into the trash again, where it was before. */
function undoReturn(step: ReturnStep, folder: AnchoredDirectory, context: StepContext): null {
  const name = nameOf(step.path);
  const present = folder.lstat(name);
  if (present === null || String(present.ino) !== step.state.ino) return null;
  context.areas.atKept(step.from, (kept, from) => {
    const waiting = kept.lstat(from);
    if (waiting === null) moveWithoutOverwriting(folder, name, kept, from);
    else if (waiting.ino === present.ino && waiting.dev === present.dev) folder.unlink(name);
  });
  context.worktree.forget(step.path);
  return null;
}

function ignoring(codes: readonly string[], action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!codes.includes(systemErrorCode(error) ?? '')) throw error;
  }
}

function undoIn(folder: AnchoredDirectory, step: Step, context: StepContext): SetAside | null {
  const name = nameOf(step.path);
  switch (step.kind) {
    case 'retire':
      return undoRetire(step, folder, context);
    case 'place':
      return undoPlace(step, folder, context);
    case 'return':
      return undoReturn(step, folder, context);
    case 'make_folder':
      ignoring(['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR'], () => folder.rmdir(name));
      context.worktree.forget(step.path);
      return null;
    case 'remove_folder':
      if (folder.lstat(name) !== null) return null;
      folder.mkdir(name, 0o777);
      context.worktree.within(step.path, (made) => made.chmod(step.mode));
      return null;
    case 'mode':
      if (folder.lstat(name)?.isFile() === true) folder.chmodFile(name, step.before);
      return null;
  }
}

/** What is known of a step that is to be taken back; of one that `failed`, a part may be done. */
export type StepEnd = 'taken' | 'failed' | 'unknown';

/** Whether a step left nothing that could be taken back, when its folder cannot be reached. */
function isNotTaken(step: Step, end: StepEnd, { areas }: StepContext): boolean {
  switch (step.kind) {
    case 'place':
    case 'make_folder':
      return end !== 'taken';
    case 'retire':
      return areas.at(step.to.area).retired.lstat(slotName(step.to)) === null;
    case 'return':
      return areas.keptStat(step.from) !== null;
    case 'remove_folder':
    case 'mode':
      return end === 'failed';
  }
}

/**
 * Takes one step back, whether or not it was taken, and however often: only what the disk shows
 * to be ours is moved. Anything else in the way is set aside, never deleted.
 * @throws {PitonError} `UNSAFE_PATH` when something to be taken back is where no path leads now
 */
export function undoStep(
  step: Step,
  context: StepContext,
  end: StepEnd = 'unknown',
): SetAside | null {
  try {
    return context.worktree.within(parentOf(step.path), (folder) => undoIn(folder, step, context));
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'UNSAFE_PATH') {
      // A step that was not taken may lie below what an earlier one, not taken either, clears away.
      if (isNotTaken(step, end, context)) return null;
      throw error;
    }
    if (code !== 'ENOENT') throw error;
    if (isNotTaken(step, 'unknown', context)) return null;
  }
  // Somebody deleted the folder since: what was in it comes back all the same.
  makeParents(parentOf(step.path), context.worktree);
  return context.worktree.within(parentOf(step.path), (folder) => undoIn(folder, step, context));
}

function makeParents(path: BytePath, worktree: StepContext['worktree']): void {
  if (path === ROOT) return;
  makeParents(parentOf(path), worktree);
  worktree.within(parentOf(path), (folder) => {
    if (folder.lstat(nameOf(path)) === null) folder.mkdir(nameOf(path), 0o777);
  });
  worktree.forget(path);
}
