import type { BytePath } from '../core/byte-path.js';
import type { AnchoredDirectory } from './anchored-directory.js';

const AT_ONCE = 64;

/**
 * Deletes files, many of them beside this thread: to free a file's blocks takes longer than to
 * look whether it may go.
 */
export class Deletions {
  readonly #isMany: boolean;
  readonly #running = new Set<Promise<void>>();
  #failure: { error: unknown } | null = null;

  /** @param expected how many there may be */
  constructor(expected: number) {
    this.#isMany = expected > AT_ONCE;
  }

  /**
   * Deletes a file, at once or later; the folder must stay open until `settle` has ended.
   * @throws the system's errors, of this file or of an earlier one
   */
  async add(folder: AnchoredDirectory, name: BytePath): Promise<void> {
    if (!this.#isMany) {
      folder.unlink(name);
      return;
    }
    this.#throwFailure();
    const running: Promise<void> = folder
      .unlinkBeside(name)
      .catch((error: unknown) => void (this.#failure ??= { error }))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
    if (this.#running.size >= AT_ONCE) await Promise.race(this.#running);
  }

  /**
   * Waits until all are done.
   * @throws what the first one that failed threw
   */
  async settle(): Promise<void> {
    await Promise.all(this.#running);
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }
}
