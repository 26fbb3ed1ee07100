import { joinPath, type BytePath } from '../core/byte-path.js';
import { LIMITS } from '../core/limits.js';
import { readStable } from './stable-read.js';

/**
 * Reads ignore files of the worktree (never through a link, as git does) and remembers what they
 * said, so that a checkpoint can keep those that it does not capture.
 */
export class IgnoreFileReader {
  readonly seen = new Map<BytePath, Buffer>();
  readonly #root: BytePath;

  constructor(root: BytePath) {
    this.#root = root;
  }

  readonly read = (directory: BytePath, name: BytePath): Buffer | null => {
    const path = joinPath(directory, name);
    const contents = readStable(joinPath(this.#root, path), LIMITS.ignoreFileBytes);
    if (typeof contents === 'string') return null;
    this.seen.set(path, contents.data);
    return contents.data;
  };
}

/**
 * Whether an ignore file may be among the names of a folder: asking the system for absent ones
 * would cost more than all else. File systems that fold case find it under other spellings too.
 */
export function mayHold(names: readonly BytePath[], file: BytePath): boolean {
  return names.some((name) => name.length === file.length && name.toLowerCase() === file);
}
