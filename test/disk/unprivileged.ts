import { chownSync } from 'node:fs';
import { tempDirectory } from '../helpers/temp.js';

const NOBODY = 65_534;

/** A temporary folder that `unprivileged` code may write to. */
export function unprivilegedDirectory(): string {
  const directory = tempDirectory();
  if (process.getuid?.() === 0) chownSync(directory, NOBODY, NOBODY);
  return directory;
}

/** Runs `action` as a user whom permissions stop, which they do not do for the superuser. */
export function unprivileged<T>(action: () => T): T {
  if (process.getuid?.() !== 0) return action();
  process.seteuid?.(NOBODY);
  try {
    return action();
  } finally {
    process.seteuid?.(0);
  }
}
