/**
 * Folders that are still to be listed. One who lists them takes what comes next in the order of
 * the walk, another what comes last, so that both are done when they meet.
 */
export class Unlisted<Folder> {
  /** The last one comes next. */
  readonly #next: Folder[] = [];
  /** How many of them were taken from the start. */
  #taken = 0;
  /** Come after all others; the last one comes first. */
  readonly #last: Folder[] = [];

  get length(): number {
    return this.#next.length - this.#taken + this.#last.length;
  }

  /** @param folders in the order of the walk, before all that are here */
  add(folders: readonly Folder[]): void {
    for (const folder of folders.toReversed()) this.#next.push(folder);
  }

  /** As `add`, for those that were found in a folder that `takeLast` gave. */
  addLast(folders: readonly Folder[]): void {
    for (const folder of folders.toReversed()) this.#last.push(folder);
  }

  takeNext(): Folder | undefined {
    return this.#next.length > this.#taken ? this.#next.pop() : this.#last.pop();
  }

  takeLast(): Folder | undefined {
    if (this.#last.length > 0 || this.#taken === this.#next.length) return this.#last.pop();
    return this.#next[this.#taken++];
  }
}
