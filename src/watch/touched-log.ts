import { randomBytes } from 'node:crypto';
import type { ChangesAnswer, Mark } from '../checkpoint/ask-for-changes.js';
import type { BytePath } from '../core/byte-path.js';
import { LIMITS } from '../core/limits.js';

/** Remembers which names were touched, and after which of its marks. */
export class TouchedLog {
  readonly #watch = randomBytes(16).toString('hex');
  readonly #touched = new Map<BytePath, Map<BytePath, number>>();
  #sequence = 0;
  #names = 0;

  add(folder: BytePath, name: BytePath): void {
    let names = this.#touched.get(folder);
    if (names === undefined) this.#touched.set(folder, (names = new Map<BytePath, number>()));
    if (!names.has(name)) this.#names++;
    names.set(name, this.#sequence);
  }

  /** Whether it remembers as many names as it may. */
  get isFull(): boolean {
    return this.#names > LIMITS.touchedNames;
  }

  /** What was touched since a mark, and a new one. */
  answer(since: Mark | null): ChangesAnswer {
    const isKnown = since?.watch === this.#watch && since.sequence <= this.#sequence;
    const touched = isKnown ? this.#since(since.sequence) : null;
    this.#sequence++;
    return { mark: { watch: this.#watch, sequence: this.#sequence }, touched };
  }

  #since(sequence: number): Map<BytePath, Set<BytePath>> {
    const touched = new Map<BytePath, Set<BytePath>>();
    for (const [folder, names] of this.#touched) {
      const late = [...names].filter(([, at]) => at >= sequence).map(([name]) => name);
      if (late.length > 0) touched.set(folder, new Set(late));
    }
    return touched;
  }
}
