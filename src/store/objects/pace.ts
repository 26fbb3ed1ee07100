import { setImmediate } from 'node:timers/promises';

const WORK_MS_MAX = 20;

/**
 * Lets timers, signals and other work in once in a while: reading one object after the other never
 * leaves the thread by itself, and the workspace's lock must be kept alive meanwhile.
 */
export class Pace {
  #restedAt = performance.now();

  async rest(): Promise<void> {
    if (performance.now() - this.#restedAt < WORK_MS_MAX) return;
    await setImmediate();
    this.#restedAt = performance.now();
  }
}
