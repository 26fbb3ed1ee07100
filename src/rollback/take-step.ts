import { asBytePath, nameOf, parentOf, type BytePath } from '../core/byte-path.js';
import { systemErrorCode } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { AnchoredDirectory } from '../disk/anchored-directory.js';
import type { AnchoredRoot } from '../disk/anchored-root.js';
import type { Areas } from './areas.js';
import type { PlaceStep, RetireStep, Slot, Step } from './steps.js';

export interface StepContext {
  worktree: AnchoredRoot;
  areas: Areas;
}

export function slotName(slot: Slot): BytePath {
  return asBytePath(String(slot.number));
}

/** Where something goes that appeared at a path just when its new contents were put in place. */
export function newcomerName(slot: Slot, attempt: number): BytePath {
  return asBytePath(`${slot.number}.newcomer-${attempt}`);
}

/** `UNSAFE_PATH`: it is no regular file. */
const NO_LINK = new Set([
  ...['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'],
  'UNSAFE_PATH',
]);

/** Whether the file got its second name; links do not, and nothing does without hard links. */
function linkFile(
  from: AnchoredDirectory,
  name: BytePath,
  into: AnchoredDirectory,
  newName: BytePath,
): boolean {
  try {
    from.link(name, into, newName);
    return true;
  } catch (error) {
    if (!NO_LINK.has(systemErrorCode(error) ?? '')) throw error;
    return false;
  }
}

/**
 * Puts something where nothing is. A regular file never overwrites, unlike with rename(2); for
 * other kinds, and without hard links, there is a moment between the look and the move.
 * @throws the system's `EEXIST` when the new name is taken.
 */
export function moveWithoutOverwriting(
  from: AnchoredDirectory,
  name: BytePath,
  into: AnchoredDirectory,
  newName: BytePath,
): void {
  if (linkFile(from, name, into, newName)) {
    from.unlink(name);
    return;
  }
  if (into.lstat(newName) !== null) {
    throw Object.assign(new Error(`EEXIST: ${newName} is taken`), { code: 'EEXIST' });
  }
  from.rename(name, into, newName);
}

/** False when it is not there any more: to look first would cost as much as the move. */
function retire(step: RetireStep, folder: AnchoredDirectory, areas: Areas): boolean {
  const name = nameOf(step.path);
  const { retired } = areas.at(step.to.area);
  try {
    folder.rename(name, retired, slotName(step.to));
    return true;
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT' || folder.lstat(name) !== null) throw error;
    return false;
  }
}

function place(step: PlaceStep, folder: AnchoredDirectory, areas: Areas): void {
  const name = nameOf(step.path);
  const { staged, retired } = areas.at(step.from.area);
  for (let attempt = 1; ; attempt++) {
    try {
      moveWithoutOverwriting(staged, slotName(step.from), folder, name);
      return;
    } catch (error) {
      const isTaken = systemErrorCode(error) === 'EEXIST';
      if (!isTaken || attempt > LIMITS.newcomersPerPath) throw error;
      folder.rename(name, retired, newcomerName(step.from, attempt));
    }
  }
}

function setFolderMode(path: BytePath, mode: number | undefined, worktree: AnchoredRoot): void {
  if (mode !== undefined) worktree.within(path, (made) => made.chmod(mode));
}

/** `EBUSY`: something is mounted there, which is nothing that a rollback could end. */
const STAYS = new Set(['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EBUSY']);

function removeFolder(folder: AnchoredDirectory, name: BytePath): void {
  try {
    folder.rmdir(name);
  } catch (error) {
    if (!STAYS.has(systemErrorCode(error) ?? '')) throw error;
  }
}

/**
 * Takes one step. A folder that turns out not to be empty stays, and what has meanwhile vanished
 * needs no retiring; whatever else is not as expected throws and the rollback is undone.
 */
export function takeStep(step: Step, context: StepContext): void {
  const { worktree, areas } = context;
  worktree.within(parentOf(step.path), (folder) => {
    const name = nameOf(step.path);
    switch (step.kind) {
      case 'retire':
        if (retire(step, folder, areas)) worktree.forget(step.path);
        return;
      case 'place':
        place(step, folder, areas);
        return;
      case 'return':
        areas.atKept(step.from, (kept, from) => {
          moveWithoutOverwriting(kept, from, folder, name);
        });
        return;
      case 'make_folder':
        folder.mkdir(name, 0o777);
        setFolderMode(step.path, step.mode, worktree);
        return;
      case 'remove_folder':
        removeFolder(folder, name);
        worktree.forget(step.path);
        return;
      case 'mode':
        folder.chmodFile(name, step.mode);
        return;
    }
  });
}
