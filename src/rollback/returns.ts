import type { BigIntStats } from 'node:fs';
import { isWithin, joinPath, parentOf, ROOT, type BytePath } from '../core/byte-path.js';
import { MODE, type FileEntry } from '../core/types.js';
import { Areas } from './areas.js';
import { inFolder, isReturnable } from './kept-place.js';
import { fileStateOf, isSameState, type KeptPlace, type ReturnStep } from './steps.js';
import { isCovered, type Survey } from './survey.js';
import { readKept, type Kept, type Retired } from './trash-record.js';

/** A step that brings something back, and the device of the file system that it lies on. */
export interface Return {
  step: ReturnStep;
  device: bigint;
  /** Where it is now, as users are shown it. */
  to: BytePath;
}

/** What the operation retired whose safety checkpoint is rolled back to. */
export interface Returns {
  /** What can come back, one below the other never. */
  returns: Return[];
  /** What cannot, and where it stays. */
  held: Retired[];
}

class Collector {
  readonly #areas: Areas;
  readonly #files = new Set<BytePath>();
  readonly #folders = new Set<BytePath>();
  readonly #found: Returns = { returns: [], held: [] };

  constructor(areas: Areas, target: readonly FileEntry[]) {
    this.#areas = areas;
    for (const { path, mode } of target) {
      (mode === MODE.directory ? this.#folders : this.#files).add(path);
      for (let at = parentOf(path); at !== ROOT; at = parentOf(at)) this.#folders.add(at);
    }
  }

  run(kept: readonly Kept[]): Returns {
    for (const { path, place, state } of kept) {
      const stat = this.#areas.keptStat(place);
      if (stat === null) continue;
      if (isSameState(fileStateOf(stat), state)) this.#consider(path, place, true);
      else this.#hold(path, place);
    }
    return this.#found;
  }

  /** A folder that the checkpoint has is made anew: only what it does not have comes back there. */
  #consider(path: BytePath, place: KeptPlace, isWhole: boolean): void {
    const stat = this.#areas.keptStat(place);
    if (stat === null) return;
    if (this.#folders.has(path) && stat.isDirectory()) {
      for (const name of this.#areas.namesIn(place)) {
        this.#consider(joinPath(path, name), inFolder(place, name), false);
      }
    } else if (!this.#files.has(path)) {
      this.#bringBack(path, place, stat);
    } else if (isWhole) {
      this.#hold(path, place);
    }
  }

  #bringBack(path: BytePath, from: KeptPlace, stat: BigIntStats): void {
    if (this.#folders.has(path) || this.#isTaken(path) || !isReturnable(path)) {
      this.#hold(path, from);
      return;
    }
    const step: ReturnStep = { kind: 'return', path, from, state: fileStateOf(stat) };
    this.#found.returns.push({ step, device: stat.dev, to: this.#areas.shownPath(from) });
  }

  /** Whether a file of the checkpoint is above it, or something else comes back there. */
  #isTaken(path: BytePath): boolean {
    for (let at = parentOf(path); at !== ROOT; at = parentOf(at)) {
      if (this.#files.has(at)) return true;
    }
    return this.#found.returns.some(
      ({ step }) => isWithin(step.path, path) || isWithin(path, step.path),
    );
  }

  #hold(path: BytePath, place: KeptPlace): void {
    this.#found.held.push({ path, to: this.#areas.shownPath(place) });
  }
}

/**
 * Looks in the trash for what a rollback to a safety checkpoint is to bring back: what is in no
 * checkpoint and was retired by the operation that took that one. Changed things stay where they
 * are, for nobody knows which of the two states is wanted.
 */
export function findReturns(
  root: string,
  stateDir: string,
  target: { safetyCheckpointId: string; entries: readonly FileEntry[] },
): Returns {
  const kept = readKept(stateDir, target.safetyCheckpointId);
  // Nearly always; and looking for places takes as long as the checkpoint is large.
  if (kept.length === 0) return { returns: [], held: [] };
  const areas = new Areas({ root, stateDir, durability: 'fast', id: '' });
  try {
    return new Collector(areas, target.entries).run(kept);
  } finally {
    areas.close();
  }
}

/** Whether nothing that is in no checkpoint is in the way, and one rename leads there. */
export function isPlaceFree({ step, device }: Return, survey: Survey): boolean {
  if (isCovered(step.path, survey.obstacles)) return false;
  let folder = parentOf(step.path);
  while (folder !== ROOT && survey.stat(folder)?.isDirectory() !== true) folder = parentOf(folder);
  return survey.stat(folder)?.dev === device;
}
