import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const created: string[] = [];

/** A new empty folder (real path), removed after the whole test run. */
export function tempDirectory(): string {
  const directory = mkdtempSync(join(realpathSync(tmpdir()), 'piton-test-'));
  created.push(directory);
  return directory;
}

/** Removes one of them, or the one that holds the path, before the run ends. */
export function removeTempDirectory(path: string): void {
  const directory = created.find((one) => path === one || path.startsWith(`${one}/`));
  if (directory === undefined) return;
  created.splice(created.indexOf(directory), 1);
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
}

export function removeTempDirectories(): void {
  for (const directory of created.splice(0)) {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

process.on('exit', removeTempDirectories);
