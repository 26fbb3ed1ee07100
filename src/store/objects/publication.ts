import { lstatSync, renameSync, rmdirSync } from 'node:fs';
import { systemErrorCode } from '../../core/errors.js';
import { removeFile } from '../../disk/remove-file.js';

interface Placed {
  path: string;
  stamp: string;
}

function stampOf(path: string): string | null {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.dev}:${stat.ino}:${stat.mtimeNs}`;
}

/** The files that a batch has made visible, so that they can be withdrawn when it fails. */
export class Publication {
  readonly #groups: Placed[][] = [];
  readonly #folders: string[] = [];

  /** Renames files that belong together into place, in order. */
  place(moves: readonly { from: string; to: string }[]): void {
    const group: Placed[] = [];
    this.#groups.push(group);
    for (const { from, to } of moves) {
      const stamp = stampOf(from);
      const isNew = stampOf(to) === null;
      renameSync(from, to);
      if (isNew && stamp !== null) group.push({ path: to, stamp });
    }
  }

  /** A folder that was made for the files. */
  addFolder(path: string): void {
    this.#folders.push(path);
  }

  /**
   * Removes the files again, the last ones first, but not what another process has touched since:
   * that is how git says that it relies on an object that it found.
   */
  withdraw(): void {
    for (const group of this.#groups.reverse()) {
      if (!group.every(({ path, stamp }) => stampOf(path) === stamp)) continue;
      for (const { path } of group.reverse()) removeFile(path);
    }
    for (const folder of this.#folders) removeIfEmpty(folder);
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error;
  }
}
