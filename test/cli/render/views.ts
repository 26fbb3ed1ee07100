import { paintWith, type View } from '../../../src/cli/render/view.js';
import { NOW } from '../samples.js';

/** As in a pipe. */
export const PLAIN: View = {
  now: NOW,
  verbose: false,
  terminal: false,
  columns: null,
  paint: paintWith(false),
};

export const VERBOSE: View = { ...PLAIN, verbose: true };

export const TERMINAL: View = {
  ...PLAIN,
  terminal: true,
  columns: 60,
  paint: paintWith(true),
};

/** Lines, with the ones that are expected below each other. */
export function lines(...expected: string[]): string {
  return expected.map((line) => `${line}\n`).join('');
}
