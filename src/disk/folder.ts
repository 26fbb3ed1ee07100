import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
} from 'node:fs';
import { asBytePath, fsPath, pathToJson } from '../core/byte-path.js';
import type { BytePath } from '../core/byte-path.js';
import { PitonError, systemErrorCode } from '../core/errors.js';

/** A folder that has been reached without following a link. */
export interface Folder {
  /** What goes before `/` and a name to reach something in it. */
  readonly base: BytePath;
  /** @throws {PitonError} `UNSAFE_PATH` when `base` may lead elsewhere now. */
  readonly check: () => void;
  /** Open flags for a file that is to be looked at and given other permissions. */
  readonly inspectFlags: number;
  /** Device and inode that this folder had when it was opened. */
  readonly identity: string;
  /** Sets the permissions of a file that was opened with `inspectFlags`. */
  chmodOpen(descriptor: number, mode: number): void;
  /** @throws {PitonError} `UNSAFE_PATH` when `name` is a link or no folder. */
  child(name: BytePath): Folder;
  close(): void;
}

// Linux's open(2); node:fs has no constant for it. A handle that names a folder needs no
// permission on the folder itself, so that it also works for one that is not readable.
const O_PATH = 0o10000000;
const OPEN_FOLDER = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * A folder by its descriptor. A path below `/proc/self/fd/<n>` is looked up from that very folder
 * (proc_pid_fd(5)), wherever its name has gone: what openat(2) does, which Node does not have.
 */
class DescriptorFolder implements Folder {
  readonly base: BytePath;
  readonly check = nothingToCheck;
  readonly inspectFlags = O_PATH;
  readonly #descriptor: number;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
    this.base = asBytePath(`/proc/self/fd/${descriptor}`);
  }

  get identity(): string {
    return identityOf(fstatSync(this.#descriptor, { bigint: true }));
  }

  chmodOpen(descriptor: number, mode: number): void {
    // fchmod(2) refuses such a descriptor; this is how to reach its file all the same.
    chmodSync(`/proc/self/fd/${descriptor}`, mode);
  }

  child(name: BytePath): Folder {
    return new DescriptorFolder(openFolder(asBytePath(`${this.base}/${name}`), name));
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function identityOf(stat: { dev: bigint; ino: bigint }): string {
  return `${stat.dev}:${stat.ino}`;
}

function nothingToCheck(): void {
  // A descriptor cannot be made to lead elsewhere.
}

function openFolder(path: BytePath, shown: BytePath): number {
  try {
    return openSync(fsPath(path), OPEN_FOLDER);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOTDIR' || code === 'ELOOP') throw unsafePath(shown, 'is not a real folder');
    throw error;
  }
}

/**
 * A folder by its path, for systems without /proc: every folder on the way is looked at before and
 * after an operation. A swap that is undone in between is not seen.
 */
class PathFolder implements Folder {
  readonly base: BytePath;
  readonly identity: string;
  readonly inspectFlags = constants.O_RDONLY;
  readonly chmodOpen = fchmodSync;
  readonly #above: readonly BytePath[];

  constructor(base: BytePath, above: readonly BytePath[]) {
    this.base = base;
    this.#above = above;
    this.check();
    this.identity = identityOf(lstatSync(fsPath(base), { bigint: true }));
  }

  readonly check = (): void => {
    for (const path of [...this.#above, this.base]) {
      if (!lstatSync(fsPath(path)).isDirectory()) throw unsafePath(path, 'is not a real folder');
    }
  };

  child(name: BytePath): Folder {
    return new PathFolder(asBytePath(`${this.base}/${name}`), [...this.#above, this.base]);
  }

  close(): void {
    // Holds nothing.
  }
}

/** The folder at an absolute path, whose last component is not followed if it is a link. */
export function openTopFolder(path: BytePath, byDescriptor: boolean): Folder {
  return byDescriptor ? new DescriptorFolder(openFolder(path, path)) : new PathFolder(path, []);
}

export function unsafePath(path: BytePath, problem: string): PitonError {
  return new PitonError('UNSAFE_PATH', `${JSON.stringify(path)} ${problem}`, {
    hint: 'look at what lies there: piton follows no link inside a workspace',
    details: { path: pathToJson(path) },
  });
}
