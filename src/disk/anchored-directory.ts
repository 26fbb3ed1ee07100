import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { asBytePath, fsPath } from '../core/byte-path.js';
import type { BytePath } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import { syncDirectory } from './atomic-write.js';
import { unsafePath } from './folder.js';
import type { Folder } from './folder.js';

/** What the root does for a handle. */
export interface Anchor {
  isStill(path: BytePath): boolean;
  release(): void;
}

const NEVER_FOLLOW = constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/** @throws {PitonError} `UNSAFE_PATH` unless the name is one component that stays in its folder. */
export function assertName(name: BytePath): void {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
    throw unsafePath(name, 'is not a name inside a folder');
  }
}

/**
 * A folder of the workspace. All operations take one name in it and none follows a link. Beside
 * `UNSAFE_PATH` they throw the system's errors.
 */
export class AnchoredDirectory {
  readonly #folder: Folder;
  readonly #anchor: Anchor;
  #closed = false;

  constructor(folder: Folder, anchor: Anchor) {
    this.#folder = folder;
    this.#anchor = anchor;
  }

  /** A path for `node:fs`, good while this handle is open. */
  pathOf(name: BytePath): string | Buffer {
    assertName(name);
    return fsPath(asBytePath(`${this.#open().base}/${name}`));
  }

  /** Null when there is nothing of that name. */
  lstat(name: BytePath): BigIntStats | null {
    const options = { bigint: true, throwIfNoEntry: false } as const;
    return this.#at(name, (path) => lstatSync(path, options) ?? null);
  }

  mkdir(name: BytePath, mode: number): void {
    this.#at(name, (path) => mkdirSync(path, { mode }));
  }

  rmdir(name: BytePath): void {
    this.#at(name, (path) => {
      rmdirSync(path);
    });
  }

  unlink(name: BytePath): void {
    this.#at(name, (path) => {
      unlinkSync(path);
    });
  }

  /** As `unlink`, beside this thread; the handle must stay open until it has settled. */
  async unlinkBeside(name: BytePath): Promise<void> {
    const path = this.pathOf(name);
    const folder = this.#open();
    folder.check();
    await unlink(path);
    folder.check();
  }

  symlink(target: Buffer, name: BytePath): void {
    this.#at(name, (path) => {
      symlinkSync(target, path);
    });
  }

  /** The bytes of the link's target. */
  readlink(name: BytePath): Buffer {
    return this.#at(name, (path) => readlinkSync(path, { encoding: 'buffer' }));
  }

  /** Replaces what is at the new place, as rename(2) does. */
  rename(name: BytePath, into: AnchoredDirectory, newName: BytePath): void {
    this.#at(name, (from) => {
      into.#at(newName, (to) => {
        renameSync(from, to);
      });
    });
  }

  /**
   * A second name for a file; for nothing but files, because some systems would follow a link.
   * @throws {PitonError} `UNSAFE_PATH` for anything else.
   */
  link(name: BytePath, into: AnchoredDirectory, newName: BytePath): void {
    this.#at(name, (from) => {
      if (!lstatSync(from).isFile()) throw unsafePath(name, 'is not a regular file');
      into.#at(newName, (to) => {
        linkSync(from, to);
      });
    });
  }

  /** A descriptor, never of what a link points at (`ELOOP`), and never waiting for a FIFO. */
  open(name: BytePath, flags: number, mode = 0o666): number {
    return this.#at(name, (path) => openSync(path, flags | NEVER_FOLLOW, mode));
  }

  /** @throws {PitonError} `UNSAFE_PATH` for anything but a regular file. */
  chmodFile(name: BytePath, mode: number): void {
    const descriptor = this.open(name, this.#folder.inspectFlags);
    try {
      if (!fstatSync(descriptor).isFile()) throw unsafePath(name, 'is not a regular file');
      this.#folder.chmodOpen(descriptor, mode);
    } finally {
      closeSync(descriptor);
    }
  }

  /** Sets the permissions of this folder itself. */
  chmod(mode: number): void {
    this.#checked((base) => {
      chmodSync(base, mode);
    });
  }

  /** Names in no order. */
  readdir(): BytePath[] {
    // In latin1 a name has one character for each of its bytes, which is what a BytePath is.
    return this.#checked((base) => readdirSync(base, { encoding: 'latin1' }) as BytePath[]);
  }

  /** Makes the names in this folder survive a power cut. */
  sync(): void {
    this.#checked(syncDirectory);
  }

  /** Whether this handle is of the folder that now is at `path`, links not followed. */
  isStill(path: BytePath): boolean {
    this.#open();
    return this.#anchor.isStill(path);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#anchor.release();
  }

  #at<T>(name: BytePath, operation: (path: string | Buffer) => T): T {
    return this.#checked(operation, this.pathOf(name));
  }

  #checked<T>(
    operation: (path: string | Buffer) => T,
    path: string | Buffer = fsPath(this.#open().base),
  ): T {
    const folder = this.#open();
    folder.check();
    try {
      return operation(path);
    } finally {
      folder.check();
    }
  }

  /** Descriptor numbers are used again: a closed handle would act on somebody else's folder. */
  #open(): Folder {
    if (this.#closed) throw new PitonError('INTERNAL', 'a closed folder was used');
    return this.#folder;
  }
}
