import { setImmediate } from 'node:timers/promises';
import { joinPath, ROOT, type BytePath } from '../core/byte-path.js';
import { LIMITS } from '../core/limits.js';
import { MODE } from '../core/types.js';
import { foundFolder, type FoundFolder, type WalkResult } from './found.js';
import { modeOfFile } from './hash-file.js';
import { GIT_NAME, listFolder, listRoot, type Listing, type NamedStat } from './list-folder.js';
import { mayHold } from './read-ignore-file.js';
import { isSafeLinkName, isSafeName } from './safe-names.js';
import { STAT_RECORD_BYTES, StatTable, writeStatRecord } from './stat-record.js';
import type { TouchedPaths } from './touched.js';

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
  /** Called before the names in a folder are read. */
  onFolder?: ((path: BytePath) => void) | undefined;
}

interface Frame {
  folder: FoundFolder;
  scope: WalkScope;
  /** Inside an ignored folder: only explicit paths count. */
  explicitOnly: boolean;
  names: readonly NamedStat[];
  next: number;
}

/** Where a rollback puts what it is about to move into place on another file system. */
export const STAGING_NAME = /^\.piton-staging-[0-9A-HJKMNP-TV-Z]{26}$/;
const ENTRIES_BETWEEN_PAUSES = 4_000;

class Walk {
  readonly result: WalkResult;
  readonly #request: WalkRequest;
  readonly #stack: Frame[] = [];
  readonly #scratch = Buffer.alloc(STAT_RECORD_BYTES);
  #seen = 0;

  constructor(request: WalkRequest) {
    this.#request = request;
    const root = foundFolder(ROOT, ROOT, true);
    this.result = {
      root,
      stats: new StatTable(),
      notCaptured: [],
      nestedRepositories: [],
      ignored: [],
      hasSharedFiles: false,
    };
    request.onFolder?.(ROOT);
    const listing = listRoot(request.root, this.#namesWanted(ROOT));
    this.#enter(root, listing, () => request.scope, false);
  }

  async run(): Promise<WalkResult> {
    let paused = 0;
    for (let frame = this.#stack.at(-1); frame !== undefined; frame = this.#stack.at(-1)) {
      const item = frame.names[frame.next++];
      if (item === undefined) this.#stack.pop();
      else this.#visit(frame, item);
      if (this.#seen - paused >= ENTRIES_BETWEEN_PAUSES) {
        paused = this.#seen;
        this.#request.onEntries?.(this.#seen);
        await setImmediate();
        this.#request.signal?.throwIfAborted();
      }
    }
    return this.result;
  }

  /** Undefined for all. */
  #namesWanted(path: BytePath): BytePath[] | undefined {
    const wanted = this.#request.only?.folder(path) ?? null;
    return wanted === null ? undefined : [...wanted.touched, ...wanted.through];
  }

  #enter(
    folder: FoundFolder,
    listing: Listing,
    scopeFor: (names: readonly BytePath[]) => WalkScope,
    explicitOnly: boolean,
  ): void {
    const { path } = folder;
    const { names, found, unreadable, isReadable } = listing;
    this.#seen += names.length;
    if (!isReadable) this.result.notCaptured.push({ path, reason: 'unreadable' });
    for (const name of unreadable) {
      this.result.notCaptured.push({ path: joinPath(path, name), reason: 'unreadable' });
    }
    if (path !== ROOT && names.includes(GIT_NAME)) {
      this.result.nestedRepositories.push(path);
      this.#request.onNestedRepository(path);
    }
    this.#stack.push({ folder, scope: scopeFor(names), explicitOnly, names: found, next: 0 });
  }

  #visit(frame: Frame, item: NamedStat): void {
    const path = joinPath(frame.folder.path, item.name);
    const isDirectory = item.stat.isDirectory();
    const ignored =
      frame.explicitOnly ||
      (!this.#request.includeIgnored && frame.scope.isIgnored(item.name, isDirectory));
    if (isDirectory) this.#visitFolder(frame, item, path, ignored);
    else if (!ignored || this.#request.explicit().has(path)) this.#visitFile(frame, item, path);
    else this.result.ignored.push(path);
  }

  #visitFolder(frame: Frame, item: NamedStat, path: BytePath, ignored: boolean): void {
    if (this.#request.skippedFolders.has(`${item.stat.dev}:${item.stat.ino}`)) return;
    if (STAGING_NAME.test(item.name)) return;
    if (ignored && !this.#isExplicitFolder(path)) {
      this.result.ignored.push(path);
      return;
    }
    if (!isSafeName(item.name)) {
      this.result.notCaptured.push({ path, reason: 'unsafe_name' });
      return;
    }
    if (this.#stack.length >= LIMITS.directoryDepth) {
      this.result.notCaptured.push({ path, reason: 'unreadable' });
      return;
    }
    this.#request.onFolder?.(path);
    const wanted = this.#namesWanted(path);
    const listing = listFolder(joinPath(this.#request.root, path), item.stat, wanted);
    if (listing === 'unstable') this.result.notCaptured.push({ path, reason: listing });
    if (typeof listing === 'string') return;
    const isKept = !ignored || this.#request.explicit().has(path);
    const folder = foundFolder(path, item.name, isKept);
    const scopeFor = (names: readonly BytePath[]): WalkScope => {
      if (ignored) return frame.scope;
      return frame.scope.enter(item.name, (file) =>
        wanted !== undefined || mayHold(names, file)
          ? this.#request.readIgnoreFile(path, file)
          : null,
      );
    };
    this.#enter(folder, listing, scopeFor, ignored);
    frame.folder.folders.push(folder);
  }

  #isExplicitFolder(path: BytePath): boolean {
    const explicit = this.#request.explicit();
    return explicit.has(path) || explicit.hasWithin(path);
  }

  #visitFile(frame: Frame, item: NamedStat, path: BytePath): void {
    const { stat, name } = item;
    if (!stat.isFile() && !stat.isSymbolicLink()) {
      this.result.notCaptured.push({ path, reason: 'special_file' });
    } else if (!isSafeName(name) || (stat.isSymbolicLink() && !isSafeLinkName(name))) {
      this.result.notCaptured.push({ path, reason: 'unsafe_name', size: Number(stat.size) });
    } else {
      writeStatRecord(this.#scratch, 0, stat);
      if (stat.nlink > 1n) this.result.hasSharedFiles = true;
      const mode = stat.isSymbolicLink() ? MODE.link : modeOfFile(stat);
      const record = this.result.stats.add(this.#scratch);
      const size = Number(stat.size);
      frame.folder.files.push({ path, name, mode, size, record, oid: null, isKnown: false });
    }
  }
}

/**
 * Walks the worktree without following a link, folder by folder in byte order.
 * A path that disappears meanwhile is as if it had never been there.
 */
export async function walkWorktree(request: WalkRequest): Promise<WalkResult> {
  return new Walk(request).run();
}
