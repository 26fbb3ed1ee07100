import { readdirSync } from 'node:fs';
import { systemErrorCode } from '../core/errors.js';

/** The names in a folder, sorted; none when there is no such folder. */
export function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
