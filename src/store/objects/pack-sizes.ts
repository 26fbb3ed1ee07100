import { damaged } from './damage.js';
import type { PackIndex } from './pack-index.js';

/** Where entries of a pack begin, in order, so that each one's end is the next one's beginning. */
export class PackSizes {
  readonly #offsets: Float64Array;

  /**
   * @param end where the pack's last entry ends
   * @throws {PitonError} `OBJECT_DAMAGED` when the index points outside of itself.
   */
  constructor(index: PackIndex, end: number) {
    this.#offsets = new Float64Array(index.count + 1);
    for (let position = 0; position < index.count; position++) {
      this.#offsets[position] = index.offsetAt(position);
    }
    this.#offsets[index.count] = end;
    this.#offsets.sort();
  }

  /**
   * Bytes of the entry that begins at `offset`, its header included.
   * @throws {PitonError} `OBJECT_DAMAGED` when the pack ends before it.
   */
  sizeAt(offset: number): number {
    let low = 0;
    let high = this.#offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#offsets[middle] as number) <= offset) low = middle + 1;
      else high = middle;
    }
    const next = this.#offsets[low];
    if (next === undefined) throw damaged('a pack index points outside of its pack');
    return next - offset;
  }
}
