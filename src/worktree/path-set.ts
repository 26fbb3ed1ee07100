import { compareBytes, type BytePath } from '../core/byte-path.js';
import type { ExplicitPaths } from './walk.js';

/** A set of paths that can also tell whether any of them lies below a folder. */
export class PathSet implements ExplicitPaths {
  readonly #paths: ReadonlySet<BytePath>;
  readonly #sorted: readonly BytePath[];

  constructor(paths: Iterable<BytePath>) {
    this.#paths = new Set(paths);
    this.#sorted = [...this.#paths].sort(compareBytes);
  }

  has(path: BytePath): boolean {
    return this.#paths.has(path);
  }

  hasWithin(directory: BytePath): boolean {
    const below = `${directory}/`;
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] ?? '') < below) low = middle + 1;
      else high = middle;
    }
    return this.#sorted[low]?.startsWith(below) ?? false;
  }
}
