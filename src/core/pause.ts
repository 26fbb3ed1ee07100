import { setTimeout as delay } from 'node:timers/promises';

/** Waits; an abort only ends it early. Milliseconds, below 2^31. */
export async function pauseFor(
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  // The only way for it to fail is the abort, for which the caller looks itself.
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}
