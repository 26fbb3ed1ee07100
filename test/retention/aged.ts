import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

const MONTH_MS = 30 * 24 * 3_600_000;

/** Makes a file look as if it had been written a month ago. */
export function ageFile(path: string): void {
  const before = new Date(Date.now() - MONTH_MS);
  utimesSync(path, before, before);
}

/** The same for every object of a repository. */
export function ageObjects(root: string): void {
  const objects = join(root, '.git/objects');
  for (const entry of readdirSync(objects, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) ageFile(join(entry.parentPath, entry.name));
  }
}
