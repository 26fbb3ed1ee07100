import type { TouchedNames } from '../worktree/touched.js';

/** A moment that a watch can be asked about. */
export interface Mark {
  /** Which watch, and since when it has missed nothing: another text each time. */
  watch: string;
  sequence: number;
}

/** What a command asks the process that watches the workspace. */
export interface ChangesQuestion {
  /** Null when it has not looked yet, and wants to know the moment before it does. */
  since: Mark | null;
  /** What decides which paths are captured, as `factsOf` has it. */
  facts: string;
}

export interface ChangesAnswer {
  /** From here on nothing has been told yet. */
  mark: Mark;
  /** Where something may have changed since; null when that is not known. */
  touched: TouchedNames | null;
}

/** Null when nobody answers, or not in time. */
export type AskForChanges = (question: ChangesQuestion) => Promise<ChangesAnswer | null>;
