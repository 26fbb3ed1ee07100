import type { BytePath } from '../../core/byte-path.js';
import { MODE } from '../../core/types.js';
import type { StagingArea } from './read-staging-area.js';

/** Paths that git tracks, in byte order. */
export class TrackedPaths {
  readonly #sorted: readonly BytePath[];
  /** Where submodules and other nested repositories are tracked as one entry; not files. */
  readonly gitlinks: readonly BytePath[];

  /** Both lists sorted, each path once. */
  constructor(sorted: readonly BytePath[], gitlinks: readonly BytePath[]) {
    this.#sorted = sorted;
    this.gitlinks = gitlinks;
  }

  get size(): number {
    return this.#sorted.length;
  }

  has(path: BytePath): boolean {
    return this.#sorted[this.#firstFrom(path)] === path;
  }

  /** Whether a tracked file lies below the folder, at any depth. */
  hasWithin(directory: BytePath): boolean {
    for (const _ of this.within(directory)) return true;
    return false;
  }

  /** The tracked files below a folder, at any depth, in byte order. */
  *within(directory: BytePath): Iterable<BytePath> {
    const prefix = directory === '' ? '' : `${directory}/`;
    let at = this.#firstFrom(prefix);
    for (let path = this.#sorted[at]; path?.startsWith(prefix); path = this.#sorted[at]) {
      yield path;
      at += 1;
    }
  }

  /** The index of the first path that is not before the given text. */
  #firstFrom(text: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] ?? '') < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The paths of the entries, those of a conflict once. Folders of a sparse index are left out. */
export function trackedPaths(area: StagingArea): TrackedPaths {
  const files: BytePath[] = [];
  const gitlinks: BytePath[] = [];
  for (const { path, mode } of area.entries) {
    if (mode === MODE.directory) continue;
    const paths = mode === MODE.gitlink ? gitlinks : files;
    if (paths.at(-1) !== path) paths.push(path);
  }
  return new TrackedPaths(files, gitlinks);
}
