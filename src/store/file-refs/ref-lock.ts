import { closeSync, constants, fstatSync, fsyncSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asBytePath, bytePathFromText, nameOf, parentOf, ROOT } from '../../core/byte-path.js';
import type { BytePath } from '../../core/byte-path.js';
import { systemErrorCode } from '../../core/errors.js';
import type { AnchoredDirectory } from '../../disk/anchored-directory.js';
import { writeFully } from '../../disk/atomic-write.js';
import { refLocked } from '../repository/ref-errors.js';
import type { RefBase } from '../repository/ref-bases.js';
import { ensureRefFolders, removeEmptyParents, removeEmptyTree } from './ref-folders.js';

const WAIT_MS = 2_000;
const FIRST_PAUSE_MS = 4;
const LONGEST_PAUSE_MS = 100;
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

/**
 * Git's own lock on a file of the git dir: `<file>.lock`, created exclusively, which then becomes
 * the file. Git's readers pass over it and its writers respect it, so that it excludes the git
 * program as well. No record of the owner fits into it: what a killed process leaves is told by
 * its age, see `sweepRefLocks`. No descriptor is kept open, for a transaction may have many locks.
 */
export class RefLock {
  readonly #base: RefBase;
  readonly #name: string;
  readonly #path: BytePath;
  /** Tells this lock from one that another process made after this one was swept. */
  #identity: string;
  #held = true;

  private constructor(base: RefBase, name: string, identity: string) {
    this.#base = base;
    this.#name = name;
    this.#path = bytePathFromText(name);
    this.#identity = identity;
  }

  /**
   * Makes the lock, and the folders it needs. Waits some two seconds for another holder.
   * @param name of the file in `base`: a ref's, `HEAD` or `packed-refs`
   * @throws {PitonError} `LOCKED`; `GIT_FAILED` when a ref is where a folder is needed;
   * `UNSAFE_PATH` when a link is
   */
  static async take(base: RefBase, name: string): Promise<RefLock> {
    const deadline = Date.now() + WAIT_MS;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const identity = tryCreate(base, name);
      if (identity !== null) return new RefLock(base, name, identity);
      if (Date.now() >= deadline) throw lockedBySomeone(base, name);
      // Random, so that two processes that wait for each other do not keep step.
      await sleep(pause * (0.5 + Math.random()));
    }
  }

  /**
   * Gives the lock the file's new contents, which nobody sees yet, and removes empty folders that
   * stand where the file goes.
   */
  write(contents: string | Buffer): void {
    this.#in((folder, name) => {
      this.#assertOwn(folder);
      const descriptor = folder.open(lockOf(name), constants.O_WRONLY);
      try {
        writeFully(descriptor, Buffer.from(contents));
        if (this.#base.durability === 'full') fsyncSync(descriptor);
      } finally {
        // A write that failed, on a full disk, may have changed the times all the same.
        this.#identity = identityOf(fstatSync(descriptor, { bigint: true }));
        closeSync(descriptor);
      }
    });
    const stat = this.#in((folder, name) => folder.lstat(name));
    if (stat?.isDirectory() === true) removeEmptyTree(this.#base.root, this.#path);
  }

  /**
   * Makes what was written the file's contents, and gives the lock up.
   * @throws {PitonError} `LOCKED` when somebody took the lock for stale meanwhile
   */
  commit(): void {
    this.#in((folder, name) => {
      this.#assertOwn(folder);
      folder.rename(lockOf(name), folder, name);
    });
    this.#held = false;
  }

  /**
   * Removes the file if it is there, and gives the lock up.
   * @throws {PitonError} `LOCKED` when somebody took the lock for stale meanwhile
   */
  delete(): void {
    this.#in((folder, name) => {
      this.#assertOwn(folder);
      if (folder.lstat(name)?.isFile() === true) folder.unlink(name);
    });
    this.release();
  }

  /**
   * Gives the lock up with the file as it is; does nothing when that was done. Never fails, since
   * what was done under the lock stands: what cannot be removed is tried again when the bases are
   * closed.
   */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    const remove = (): void => {
      this.#remove();
    };
    try {
      remove();
    } catch {
      this.#base.tryLater({ remove, describe: () => this.#leftover() });
    }
  }

  #leftover(): string {
    const path = join(this.#base.path, `${this.#name}.lock`);
    const isPiton = this.#name.startsWith('refs/piton/');
    const way = isPiton ? "run 'piton doctor --repair' in a minute" : 'remove it when no git runs';
    return `${path}, or an empty folder above it, could not be removed (${way})`;
  }

  #remove(): void {
    this.#in((folder, name) => {
      if (this.#isOwn(folder)) folder.unlink(lockOf(name));
    });
    removeEmptyParents(this.#base.root, this.#path);
  }

  #in<T>(use: (folder: AnchoredDirectory, name: BytePath) => T): T {
    return this.#base.root.within(parentOf(this.#path), (folder) =>
      use(folder, nameOf(this.#path)),
    );
  }

  #isOwn(folder: AnchoredDirectory): boolean {
    const stat = folder.lstat(lockOf(nameOf(this.#path)));
    return stat !== null && identityOf(stat) === this.#identity;
  }

  #assertOwn(folder: AnchoredDirectory): void {
    if (!this.#isOwn(folder)) throw lockedBySomeone(this.#base, this.#name);
  }
}

/** Of a lock that nobody but its owner writes to, so that its times stay. */
function identityOf({ dev, ino, mtimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${mtimeNs}`;
}

function lockOf(name: BytePath): BytePath {
  return asBytePath(`${name}.lock`);
}

function lockedBySomeone(base: RefBase, name: string): Error {
  return refLocked(name, join(base.path, `${name}.lock`));
}

/** Null when the lock is taken, or a folder on the way was removed just now. */
function tryCreate(base: RefBase, name: string): string | null {
  const path = bytePathFromText(name);
  try {
    if (parentOf(path) !== ROOT) ensureRefFolders(base, name);
    return base.root.within(parentOf(path), (folder) => {
      const descriptor = folder.open(lockOf(nameOf(path)), CREATE);
      try {
        return identityOf(fstatSync(descriptor, { bigint: true }));
      } finally {
        closeSync(descriptor);
      }
    });
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== 'EEXIST' && code !== 'ENOENT') throw error;
    base.root.forget(ROOT);
    return null;
  }
}
