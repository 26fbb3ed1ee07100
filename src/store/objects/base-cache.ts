import type { GitObject } from '../../core/types.js';

const CACHE_BYTES = 32 * 1024 * 1024;

/** Objects that others are deltas of; those not used for longest go first. */
export class BaseCache {
  readonly #objects = new Map<string, GitObject>();
  #bytes = 0;

  get(key: string): GitObject | undefined {
    const object = this.#objects.get(key);
    if (object === undefined) return undefined;
    this.#objects.delete(key);
    this.#objects.set(key, object);
    return object;
  }

  set(key: string, object: GitObject): void {
    if (object.data.length > CACHE_BYTES / 4) return;
    this.#objects.set(key, object);
    this.#bytes += object.data.length;
    const oldestFirst = this.#objects.entries();
    while (this.#bytes > CACHE_BYTES) {
      const [oldest, { data }] = oldestFirst.next().value as [string, GitObject];
      this.#objects.delete(oldest);
      this.#bytes -= data.length;
    }
  }

  clear(): void {
    this.#objects.clear();
    this.#bytes = 0;
  }
}
