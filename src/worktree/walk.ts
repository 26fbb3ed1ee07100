import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { compareBytes, joinPath, ROOT, type BytePath } from '../core/byte-path.js';
import { LIMITS } from '../core/limits.js';
import { foundFolder, type FoundFolder, type WalkResult } from './found.js';
import { GIT_NAME, listFolder, listRoot, type Listing } from './list-folder.js';
import { ListThread } from './list-thread.js';
import { mayHold } from './read-ignore-file.js';
import { isSafeLinkName, isSafeName } from './safe-names.js';
import { StatRows, type FilePlace } from './stat-rows.js';
import type { TouchedPaths } from './touched.js';
import { Unlisted } from './unlisted.js';

/** The ignore rules in effect in one folder. */
export interface WalkScope {
  enter(name: BytePath, readFile: (name: BytePath) => Buffer | null): WalkScope;
  isIgnored(name: BytePath, isDirectory: boolean): boolean;
}

/** Paths to capture although a rule ignores them. */
export interface ExplicitPaths {
  has(path: BytePath): boolean;
  /** Whether any of them lies below the folder. */
  hasWithin(directory: BytePath): boolean;
  /** Whether an ignored folder is captured as such when nothing in it is; absent: not so. */
  keepsFolder?(directory: BytePath): boolean;
}

export interface WalkRequest {
  /** The worktree's root, absolute. */
  root: BytePath;
  scope: WalkScope;
  /** Reads an ignore file of a folder for `scope.enter`. */
  readIgnoreFile: (directory: BytePath, name: BytePath) => Buffer | null;
  /** Asked for only when something is ignored. */
  explicit: () => ExplicitPaths;
  includeIgnored: boolean;
  /** Folders that belong to piton or to git, as `<device>:<inode>`. */
  skippedFolders: ReadonlySet<string>;
  /** Called before anything in the folder is looked at. */
  onNestedRepository: (folder: BytePath) => void;
  signal: AbortSignal | undefined;
  onEntries: ((seen: number) => void) | undefined;
  /** Where to look; absent: everywhere. */
  only?: TouchedPaths | undefined;
  /** How many names are seen before a thread helps; absent: what makes up for its start. */
  threadFrom?: number | undefined;
  /** Called while a thread lists: does a little, and says whether there was anything to do. */
  meanwhile?: ((walked: WalkResult) => boolean) | undefined;
  /** Called before the names in a folder are read. */
  onFolder?: ((path: BytePath) => void) | undefined;
}

/** A folder that is to be listed, or just was. */
interface Place {
  folder: FoundFolder;
  path: BytePath;
  seen: FilePlace;
  above: Frame;
  isIgnored: boolean;
}

/** A folder that was listed. */
interface Frame {
  folder: FoundFolder;
  scope: WalkScope;
  /** Inside an ignored folder: only explicit paths count. */
  explicitOnly: boolean;
  /** Of the root: 1. */
  depth: number;
}

/** Where a rollback puts what it is about to move into place on another file system. */
export const STAGING_NAME = /^\.piton-staging-[0-9A-HJKMNP-TV-Z]{26}$/;
const ENTRIES_BETWEEN_PAUSES = 4_000;
/** To list this many takes as long as to start a thread, some 40 ms. */
const THREAD_FROM = 10_000;

class Walk {
  readonly result: WalkResult;
  readonly #request: WalkRequest;
  readonly #unlisted = new Unlisted<Place>();
  /** Folders that could not be listed, and those that they were found in. */
  readonly #gone = new Set<FoundFolder>();
  readonly #above = new Set<FoundFolder>();
  #thread: ListThread<Place> | null = null;
  #seen = 0;

  constructor(request: WalkRequest) {
    this.#request = request;
    const folder = foundFolder(ROOT, ROOT, true);
    this.result = {
      root: folder,
      stats: new StatRows(),
      notCaptured: [],
      nestedRepositories: [],
      ignored: [],
      hasSharedFiles: false,
    };
    request.onFolder?.(ROOT);
    const listing = listRoot(request.root, this.#namesWanted(ROOT));
    this.#enter({ folder, scope: request.scope, explicitOnly: false, depth: 1 }, listing);
  }

  async run(): Promise<WalkResult> {
    try {
      let paused = 0;
      for (let isMore = true; isMore;) {
        isMore = await this.#listMore();
        if (this.#seen - paused < ENTRIES_BETWEEN_PAUSES) continue;
        paused = this.#seen;
        this.#request.onEntries?.(this.#seen);
        await setImmediate();
        this.#request.signal?.throwIfAborted();
      }
    } finally {
      this.#thread?.close();
    }
    for (const folder of this.#above) {
      folder.folders = folder.folders.filter((child) => !this.#gone.has(child));
    }
    return inByteOrder(this.result);
  }

  /** Whether anything is still to be listed. */
  async #listMore(): Promise<boolean> {
    if (this.#thread === null && this.#isLarge()) {
      this.#thread = new ListThread(this.#request.root);
    }
    const thread = this.#thread;
    if (thread === null) return this.#listOne(this.#unlisted.takeNext());
    thread.feed(this.#unlisted);
    return (
      this.#takeFrom(thread) ||
      this.#request.meanwhile?.(this.result) === true ||
      this.#listOne(this.#unlisted.takeLast(), true) ||
      thread.isBusy()
    );
  }

  #takeFrom(thread: ListThread<Place>): boolean {
    let isAny = false;
    for (const { folder, outcome } of thread.take()) {
      this.#take(folder, outcome === 'failed' ? this.#list(folder) : outcome);
      isAny = true;
    }
    return isAny;
  }

  #listOne(place: Place | undefined, isLast = false): boolean {
    if (place === undefined) return false;
    this.#take(place, this.#list(place), isLast);
    return true;
  }

  #isLarge(): boolean {
    const { only, threadFrom = THREAD_FROM } = this.#request;
    return only === undefined && this.#seen >= threadFrom && availableParallelism() > 1;
  }

  #list({ path, seen }: Place): Listing | 'vanished' | 'unstable' {
    return listFolder(joinPath(this.#request.root, path), seen, this.#namesWanted(path));
  }

  /** Undefined for all. */
  #namesWanted(path: BytePath): BytePath[] | undefined {
    const wanted = this.#request.only?.folder(path) ?? null;
    return wanted === null ? undefined : [...wanted.touched, ...wanted.through];
  }

  #take(place: Place, listing: Listing | 'vanished' | 'unstable', isLast = false): void {
    const { folder, path, above, isIgnored } = place;
    if (typeof listing === 'string') {
      if (listing === 'unstable') this.result.notCaptured.push({ path, reason: listing });
      folder.isListed = true;
      this.#gone.add(folder);
      this.#above.add(above.folder);
      return;
    }
    const { only, readIgnoreFile } = this.#request;
    const isPart = (only?.folder(path) ?? null) !== null;
    const scope = isIgnored
      ? above.scope
      : above.scope.enter(folder.name, (file) =>
          isPart || mayHold(listing.names, file) ? readIgnoreFile(path, file) : null,
        );
    this.#enter(
      { folder, scope, explicitOnly: isIgnored, depth: above.depth + 1 },
      listing,
      isLast,
    );
  }

  #enter(frame: Frame, listing: Listing, isLast = false): void {
    const { names, found, stats, unreadable, isReadable } = listing;
    const { path } = frame.folder;
    frame.folder.isListed = true;
    this.#seen += names.length;
    if (!isReadable) this.result.notCaptured.push({ path, reason: 'unreadable' });
    for (const name of unreadable) {
      this.result.notCaptured.push({ path: joinPath(path, name), reason: 'unreadable' });
    }
    if (path !== ROOT && names.includes(GIT_NAME)) {
      this.result.nestedRepositories.push(path);
      this.#request.onNestedRepository(path);
    }
    const first = this.result.stats.add(stats);
    const folders: Place[] = [];
    found.forEach((name, index) => {
      const place = this.#visit(frame, name, first + index);
      if (place !== null) folders.push(place);
    });
    if (isLast) this.#unlisted.addLast(folders);
    else this.#unlisted.add(folders);
  }

  /**
   * @param row of the stats
   * @returns a folder that is to be listed
   */
  #visit(frame: Frame, name: BytePath, row: number): Place | null {
    const path = joinPath(frame.folder.path, name);
    const isFolder = this.result.stats.kindAt(row) === 'folder';
    const ignored =
      frame.explicitOnly ||
      (!this.#request.includeIgnored && frame.scope.isIgnored(name, isFolder));
    if (isFolder) return this.#visitFolder(frame, name, row, ignored);
    if (!ignored || this.#request.explicit().has(path)) this.#visitFile(frame, name, row);
    else this.result.ignored.push(path);
    return null;
  }

  #visitFolder(above: Frame, name: BytePath, row: number, isIgnored: boolean): Place | null {
    const path = joinPath(above.folder.path, name);
    const seen = this.result.stats.placeAt(row);
    if (this.#request.skippedFolders.has(`${seen.dev}:${seen.ino}`)) return null;
    if (STAGING_NAME.test(name)) return null;
    if (isIgnored && !this.#isExplicitFolder(path)) {
      this.result.ignored.push(path);
      return null;
    }
    if (!isSafeName(name)) {
      this.result.notCaptured.push({ path, reason: 'unsafe_name' });
      return null;
    }
    if (above.depth >= LIMITS.directoryDepth) {
      this.result.notCaptured.push({ path, reason: 'unreadable' });
      return null;
    }
    this.#request.onFolder?.(path);
    const isKept = !isIgnored || this.#isKept(path);
    const folder = foundFolder(path, name, isKept);
    above.folder.folders.push(folder);
    return { folder, path, seen, above, isIgnored };
  }

  #isKept(folder: BytePath): boolean {
    const explicit = this.#request.explicit();
    return explicit.has(folder) || explicit.keepsFolder?.(folder) === true;
  }

  #isExplicitFolder(path: BytePath): boolean {
    const explicit = this.#request.explicit();
    return explicit.has(path) || explicit.hasWithin(path);
  }

  #visitFile({ folder }: Frame, name: BytePath, row: number): void {
    const { stats, notCaptured } = this.result;
    const path = joinPath(folder.path, name);
    const kind = stats.kindAt(row);
    if (kind === 'other') {
      notCaptured.push({ path, reason: 'special_file' });
    } else if (!isSafeName(name) || (kind === 'link' && !isSafeLinkName(name))) {
      notCaptured.push({ path, reason: 'unsafe_name', size: stats.sizeAt(row) });
    } else {
      if (stats.hasOtherNamesAt(row)) this.result.hasSharedFiles = true;
      const [mode, size] = [stats.fileModeAt(row), stats.sizeAt(row)];
      folder.files.push({ path, name, mode, size, record: row, oid: null, isKnown: false });
    }
  }
}

/** Which folder is listed first depends on how fast a thread is. */
function inByteOrder(result: WalkResult): WalkResult {
  result.notCaptured.sort((left, right) => compareBytes(left.path, right.path));
  result.nestedRepositories.sort(compareBytes);
  result.ignored.sort(compareBytes);
  return result;
}

/**
 * Walks the worktree without following a link, folder by folder in byte order.
 * A path that disappears meanwhile is as if it had never been there.
 */
export async function walkWorktree(request: WalkRequest): Promise<WalkResult> {
  return new Walk(request).run();
}
