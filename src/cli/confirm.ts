import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';
import { escapeControl } from './render/escape-control.js';
import type { OutputStream } from './surroundings.js';

/**
 * Asks a yes-or-no question on a terminal; anything but yes is no.
 * @returns null when standard input is not a terminal: then there is nobody to ask
 */
export async function confirm(
  question: string,
  stdin: Readable & { isTTY?: boolean },
  output: OutputStream,
  signal: AbortSignal,
): Promise<boolean | null> {
  if (stdin.isTTY !== true) return null;
  // Not raw: so that Ctrl-C stays a signal, which stops this like everything else.
  const lines = createInterface({ input: stdin, output, terminal: false });
  try {
    const ended = new AbortController();
    lines.once('close', () => ended.abort());
    const asked = lines.question(`${escapeControl(question)} [y/N] `, {
      signal: AbortSignal.any([signal, ended.signal]),
    });
    return /^\s*y(?:es)?\s*$/i.test(await asked.catch(noAnswer(signal)));
  } finally {
    lines.close();
  }
}

/** Input that ends is no answer; a stop is a stop. */
function noAnswer(signal: AbortSignal): (error: unknown) => string {
  return (error) => {
    if (signal.aborted) throw error;
    return '';
  };
}
