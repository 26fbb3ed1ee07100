import { nameOf, parentOf, ROOT, type BytePath } from '../core/byte-path.js';

/** Names in folders where something may have changed, by folder. */
export type TouchedNames = ReadonlyMap<BytePath, ReadonlySet<BytePath>>;

/** What is to be looked at in one folder; all else in it is as it was. */
export interface TouchedFolder {
  /** What may be gone, new or another thing: looked at with all that is below. */
  readonly touched: Set<BytePath>;
  /** Folders that are as they were, but for something below. */
  readonly through: Set<BytePath>;
}

/** Tells, on the way down from the root, which names need be looked at. */
export class TouchedPaths {
  readonly #folders = new Map<BytePath, TouchedFolder>();
  readonly #touched: TouchedNames;

  constructor(touched: TouchedNames) {
    this.#touched = touched;
    this.#folderAt(ROOT);
    for (const [folder, names] of touched) {
      if (this.covers(folder)) continue;
      for (const name of names) this.#folderAt(folder).touched.add(name);
    }
    for (const { touched: whole, through } of this.#folders.values()) {
      for (const name of whole) through.delete(name);
    }
  }

  /** Null for a folder all of which is to be looked at. */
  folder(path: BytePath): TouchedFolder | null {
    return this.#folders.get(path) ?? null;
  }

  /** Whether the path, or a folder above it, may have changed. */
  covers(path: BytePath): boolean {
    for (let at = path; at !== ROOT; at = parentOf(at)) {
      if (this.#touched.get(parentOf(at))?.has(nameOf(at)) === true) return true;
    }
    return false;
  }

  #folderAt(path: BytePath): TouchedFolder {
    const known = this.#folders.get(path);
    if (known !== undefined) return known;
    const folder = { touched: new Set<BytePath>(), through: new Set<BytePath>() };
    this.#folders.set(path, folder);
    if (path !== ROOT) this.#folderAt(parentOf(path)).through.add(nameOf(path));
    return folder;
  }
}
