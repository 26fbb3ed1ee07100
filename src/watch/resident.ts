import type { ChangesAnswer, ChangesQuestion } from '../checkpoint/ask-for-changes.js';
import { ROOT, type BytePath } from '../core/byte-path.js';
import { IGNORE_FILES } from '../worktree/ignore/ignore-rules.js';
import { TouchedPaths } from '../worktree/touched.js';
import { walkWorktree, type WalkRequest } from '../worktree/walk.js';
import { FolderWatches, type FolderEvents } from './folder-watches.js';
import { TouchedLog } from './touched-log.js';

/** What decides which folders are to be watched. */
export interface Surroundings {
  /** As `factsOf` has it. */
  facts: string | null;
  walk: Omit<WalkRequest, 'signal' | 'onEntries'>;
}

export interface ResidentOptions {
  root: BytePath;
  /** A folder for markers, which is no part of the worktree. */
  markers: string;
  /** So many events at once are too many; see `eventsAtOnce`. */
  eventLimit: number;
  /** Reads anew what decides which folders are watched. */
  surroundings: () => Promise<Surroundings>;
  /** Milliseconds on a clock that never goes back. */
  now: () => number;
}

/** New folders within new folders: so often the watch looks for more before it gives up. */
const ROUNDS = 10;
const BETWEEN_FAILURES_MS = 10_000;

/**
 * Knows where in the worktree something may have changed. Each folder that a scan looks into is
 * watched from before its names are read; so what happens is told, or the folder was found new.
 * With any doubt it begins anew, and says that everything may have changed.
 */
export class Resident implements FolderEvents {
  readonly #options: ResidentOptions;
  readonly #watches: FolderWatches;
  #log = new TouchedLog();
  /** Under which all folders are watched and nothing was missed. */
  #known: Surroundings | null = null;
  /** Whether something may have been missed since it last began. */
  #isDoubted = true;
  /** Names that may be folders which are not watched yet. */
  #renamed = new Map<BytePath, Set<BytePath>>();
  #notBefore = -Infinity;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ResidentOptions) {
    this.#options = options;
    this.#watches = new FolderWatches(options, options.eventLimit, this);
  }

  onTouched(folder: BytePath, name: BytePath, mayBeAnother: boolean): void {
    if (this.#isDoubted) return;
    this.#log.add(folder, name);
    if (this.#log.isFull || IGNORE_FILES.includes(name.toLowerCase() as BytePath)) this.onDoubt();
    if (!mayBeAnother) return;
    const names = this.#renamed.get(folder) ?? new Set();
    this.#renamed.set(folder, names.add(name));
  }

  onDoubt(): void {
    this.#known = null;
    this.#isDoubted = true;
  }

  /** Null when it cannot tell. One question is answered after the other. */
  async answer(question: ChangesQuestion): Promise<ChangesAnswer | null> {
    const answered = this.#last.then(() => this.#answer(question));
    this.#last = answered.catch(() => undefined);
    return answered;
  }

  /** Does what takes long before somebody waits for an answer. */
  async begin(): Promise<void> {
    const begun = this.#beginAnew(null);
    this.#last = begun.catch(() => undefined);
    await begun;
  }

  async #answer({ since, facts }: ChangesQuestion): Promise<ChangesAnswer | null> {
    if (this.#known?.facts !== facts && !(await this.#beginAnew(facts))) return null;
    for (let round = 0; round < ROUNDS; round++) {
      const isSettled = await this.#watches.settle();
      if (!isSettled) this.onDoubt();
      // Nothing else is told between the marker and this.
      if (this.#known === null) return null;
      if (this.#renamed.size === 0) return this.#log.answer(since);
      await this.#watchNew(this.#known);
    }
    return null;
  }

  /** @param facts those that somebody asks under; null for whatever they are. */
  async #beginAnew(facts: string | null): Promise<boolean> {
    const { now, surroundings } = this.#options;
    if (now() < this.#notBefore) return false;
    this.#notBefore = now() + BETWEEN_FAILURES_MS;
    this.onDoubt();
    if (!(await this.#watches.clear())) return false;
    this.#log = new TouchedLog();
    this.#renamed.clear();
    this.#isDoubted = false;
    // First, since the root's ignore files are read with the surroundings.
    this.#watches.add(ROOT);
    const found = await surroundings();
    if (found.facts !== (facts ?? found.facts)) this.onDoubt();
    else await this.#watchFolders(found, undefined);
    if (this.#isDoubted) return false;
    this.#known = found;
    this.#notBefore = -Infinity;
    return true;
  }

  async #watchNew(known: Surroundings): Promise<void> {
    const renamed = this.#renamed;
    this.#renamed = new Map();
    await this.#watchFolders(known, new TouchedPaths(renamed));
  }

  async #watchFolders({ walk }: Surroundings, only: TouchedPaths | undefined): Promise<void> {
    await walkWorktree({
      ...walk,
      only,
      onFolder: (folder) => this.#watches.add(folder),
      signal: undefined,
      onEntries: undefined,
    });
  }

  close(): void {
    this.#watches.close();
  }
}
