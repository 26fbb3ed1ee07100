import { existsSync } from 'node:fs';
import {
  asBytePath,
  bytePathFromText,
  isWithin,
  joinPath,
  nameOf,
  parentOf,
  ROOT,
} from '../core/byte-path.js';
import type { BytePath } from '../core/byte-path.js';
import { PitonError, systemErrorCode } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import { AnchoredDirectory, assertName } from './anchored-directory.js';
import { openTopFolder } from './folder.js';
import type { Folder } from './folder.js';

export interface AnchorOptions {
  /** Whether to go by descriptors and /proc; by default where that is possible. */
  byDescriptor?: boolean;
}

/** Closed when nobody uses it and the cache has let go of it. */
interface Shared {
  readonly folder: Folder;
  users: number;
  cached: boolean;
}

/**
 * The root of a workspace, from which folders are reached one name at a time and never through a
 * symbolic link, also while other processes put links where folders were.
 */
export class AnchoredRoot {
  readonly #path: BytePath;
  readonly #byDescriptor: boolean;
  readonly #root: Shared;
  /** Recently used folders, the most recent last. */
  readonly #recent = new Map<BytePath, Shared>();
  #closed = false;

  private constructor(path: BytePath, byDescriptor: boolean) {
    this.#path = path;
    this.#byDescriptor = byDescriptor;
    this.#root = { folder: openTopFolder(path, byDescriptor), users: 0, cached: true };
  }

  /** @throws {PitonError} `UNSAFE_PATH` when the path ends in a link or is not a folder. */
  static open(rootPath: string, options: AnchorOptions = {}): AnchoredRoot {
    const byDescriptor = options.byDescriptor ?? existsSync('/proc/self/fd');
    return new AnchoredRoot(bytePathFromText(rootPath), byDescriptor);
  }

  /**
   * A handle on a folder below the root (`''` is the root), to be closed by the caller. A folder
   * used before comes from a cache without being looked up again: see `isStill` and `forget`.
   * @throws {PitonError} `UNSAFE_PATH` when a component is a link or not a folder; `ENOENT`.
   */
  directory(path: BytePath): AnchoredDirectory {
    if (this.#closed) throw new PitonError('INTERNAL', 'a closed workspace root was used');
    const shared = path === ROOT ? this.#root : this.#reach(path);
    shared.users += 1;
    return new AnchoredDirectory(shared.folder, {
      isStill: (place) => this.#identityAt(place) === shared.folder.identity,
      release: () => {
        shared.users -= 1;
        closeIfUnused(shared);
      },
    });
  }

  /** What `use` makes of the folder at `path`; the handle is closed afterwards. */
  within<T>(path: BytePath, use: (directory: AnchoredDirectory) => T): T {
    const directory = this.directory(path);
    try {
      return use(directory);
    } finally {
      directory.close();
    }
  }

  /** Looks up `path` and everything below it anew from now on; for folders that were moved. */
  forget(path: BytePath): void {
    for (const [known, shared] of this.#recent) {
      if (isWithin(known, path)) this.#drop(known, shared);
    }
  }

  /** Closes what is open; a folder whose handle is still in use when that is closed. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.forget(ROOT);
    this.#root.cached = false;
    closeIfUnused(this.#root);
  }

  #reach(path: BytePath): Shared {
    const known = this.#recent.get(path);
    if (known !== undefined) return this.#remember(path, known);
    for (const name of path.split('/')) assertName(asBytePath(name));
    const missing: BytePath[] = [];
    let at = path;
    while (at !== ROOT && !this.#recent.has(at)) {
      missing.push(nameOf(at));
      at = parentOf(at);
    }
    const start = this.#recent.get(at);
    let current = start === undefined ? this.#root : this.#remember(at, start);
    for (const name of missing.reverse()) {
      at = joinPath(at, name);
      const folder = current.folder.child(name);
      current = this.#remember(at, { folder, users: 0, cached: true });
    }
    return current;
  }

  #remember(path: BytePath, shared: Shared): Shared {
    this.#recent.delete(path);
    this.#recent.set(path, shared);
    for (const [oldest, unused] of this.#recent) {
      if (this.#recent.size <= LIMITS.openFolders) break;
      this.#drop(oldest, unused);
    }
    return shared;
  }

  #drop(path: BytePath, shared: Shared): void {
    this.#recent.delete(path);
    shared.cached = false;
    closeIfUnused(shared);
  }

  /** Device and inode of the folder now at `path`, or null when there is none to be reached. */
  #identityAt(path: BytePath): string | null {
    try {
      const probe = new AnchoredRoot(this.#path, this.#byDescriptor);
      try {
        return (path === ROOT ? probe.#root : probe.#reach(path)).folder.identity;
      } finally {
        probe.close();
      }
    } catch (error) {
      if (error instanceof PitonError || systemErrorCode(error) === 'ENOENT') return null;
      throw error;
    }
  }
}

function closeIfUnused(shared: Shared): void {
  if (shared.users === 0 && !shared.cached) shared.folder.close();
}
