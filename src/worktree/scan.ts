import { asBytePath, bytePathFromText, joinPath, type BytePath } from '../core/byte-path.js';
import { LIMITS } from '../core/limits.js';
import {
  MODE,
  type FileEntry,
  type HashAlgorithm,
  type NotCaptured,
  type ObjectId,
  type OperationOptions,
} from '../core/types.js';
import type { ObjectBatch } from '../store/object-store.js';
import { buildTrees, entriesOf } from './build-tree.js';
import { CacheLookups } from './cache-lookups.js';
import { filesBelow, inOrder, isFolder, oidAt, type FoundFile, type WalkResult } from './found.js';
import { modeOfFile, type HashOutcome } from './hash-file.js';
import { hashFiles, hashOne, type BulkHasher, type HashContext } from './hash-files.js';
import { lstatOf } from './list-folder.js';
import { treeEntry, type StatCacheEntry, type StatLookup } from './stat-cache.js';
import type { TouchedPaths } from './touched.js';
import { walkWorktree, type ExplicitPaths, type WalkScope } from './walk.js';

export interface ScanRequest extends OperationOptions {
  /** The worktree's root: an absolute, real path. */
  root: string;
  algorithm: HashAlgorithm;
  /** Where contents and trees go; one that stores nothing makes the scan a mere look. */
  batch: ObjectBatch;
  scope: WalkScope;
  readIgnoreFile: (directory: BytePath, name: BytePath) => Buffer | null;
  /** Paths to capture although a rule ignores them; asked for when something is ignored. */
  explicit: () => ExplicitPaths;
  includeIgnored: boolean;
  /** Bytes; 0 = no limit. */
  maxFileSize: number;
  skippedFolders: ReadonlySet<string>;
  onNestedRepository: (folder: BytePath) => void;
  cache: StatLookup;
  /** Whether every object the cache names is known to be in the repository. */
  cacheVouched: boolean;
  bulk: BulkHasher | null;
  /** Where to look; absent: everywhere. */
  only?: TouchedPaths | undefined;
  /** See `WalkRequest`. */
  threadFrom?: number | undefined;
}

/** One pass over the worktree. */
export interface Scan {
  tree: ObjectId;
  /** How many files and links were captured. */
  files: number;
  /** Sorted by path; empty folders are entries of their own. Made when they are asked for. */
  readonly entries: FileEntry[];
  /** The object id of the file that was captured at a path, or null. */
  oidAt: (path: BytePath) => ObjectId | null;
  notCaptured: NotCaptured[];
  /** Folders that hold a `.git` of their own. */
  nestedRepositories: BytePath[];
  /** Whether a captured file has other names, by which it can change unseen from its folder. */
  hasSharedFiles: boolean;
  /** Ignored paths that were left out, the topmost ones only. */
  ignored: BytePath[];
  /** How many files were not known to the stat cache. */
  hashedFiles: number;
  /** And how large they were when they were seen. */
  hashedBytes: number;
  /** How the captured files among the wanted paths looked, sorted by path. */
  statEntries: (wanted: ReadonlySet<BytePath>) => Iterable<StatCacheEntry>;
  /** What the stat cache should remember, sorted as it wants it. */
  cacheEntries: () => Iterable<StatCacheEntry>;
}

class Scanner {
  readonly #request: ScanRequest;
  readonly #context: HashContext;
  readonly #walked: WalkResult;
  readonly #notCaptured: NotCaptured[];
  readonly #unknown: FoundFile[];

  constructor(request: ScanRequest, { walked, unknown, tooLarge }: Walked) {
    this.#request = request;
    this.#walked = walked;
    this.#unknown = unknown;
    this.#notCaptured = walked.notCaptured;
    for (const file of tooLarge) this.#notCaptured.push(file);
    this.#context = {
      root: bytePathFromText(request.root),
      batch: request.batch,
      algorithm: request.algorithm,
      maxFileBytes: maxFileBytesOf(request),
      signal: request.signal,
      onProgress: request.onProgress,
    };
  }

  /** Gives every file of the walk that can be captured its object id. */
  async capture(): Promise<Pick<Scan, 'hashedFiles' | 'hashedBytes'>> {
    const unknown = this.#unknown;
    const again: FoundFile[] = [];
    await hashFiles(unknown, this.#context, this.#request.bulk, (file, outcome) => {
      if (outcome.kind === 'replaced') again.push(file);
      else this.#record(file, outcome);
    });
    for (const file of again) await this.#hashReplaced(file);
    return {
      hashedFiles: unknown.length,
      hashedBytes: unknown.reduce((bytes, { size }) => bytes + size, 0),
    };
  }

  async run(): Promise<Scan> {
    const captured = await this.capture();
    const { root, nestedRepositories, hasSharedFiles, ignored } = this.#walked;
    const tree = buildTrees(root, this.#request.batch);
    let entries: FileEntry[] | undefined;
    return {
      tree,
      files: filesBelow(root),
      get entries() {
        return (entries ??= entriesOf(root));
      },
      oidAt: (path) => oidAt(root, path),
      notCaptured: this.#notCaptured,
      nestedRepositories,
      hasSharedFiles,
      ignored,
      ...captured,
      statEntries: (wanted) => this.#statEntries(wanted),
      cacheEntries: () => this.#cacheEntries(),
    };
  }

  #record(file: FoundFile, outcome: HashOutcome): void {
    const { path } = file;
    if (outcome.kind === 'hashed') {
      file.mode = outcome.mode;
      this.#walked.stats.setRecord(file.record, outcome.record);
      file.oid = outcome.oid;
      const size = Number(outcome.record.readBigUInt64LE(0));
      if (!outcome.stable) this.#notCaptured.push({ path, reason: 'unstable', size });
    } else if (outcome.kind === 'too_large' || outcome.kind === 'unreadable') {
      this.#notCaptured.push({ path, reason: outcome.kind, size: this.#sizeNow(file) });
    } else if (outcome.kind !== 'vanished') {
      this.#notCaptured.push({ path, reason: 'unstable' });
    }
  }

  /** For a path that became something else after it was seen: looks at it anew, a few times. */
  async #hashReplaced(file: FoundFile): Promise<void> {
    for (let attempt = 1; attempt < LIMITS.unstableReadAttempts; attempt++) {
      const stat = lstatOf(joinPath(this.#context.root, file.path));
      if (typeof stat === 'string') {
        this.#record(file, { kind: stat });
        return;
      }
      if (!stat.isFile() && !stat.isSymbolicLink()) break;
      file.mode = stat.isSymbolicLink() ? MODE.link : modeOfFile(stat);
      const outcome = await hashOne(file, this.#context);
      if (outcome.kind === 'replaced') continue;
      this.#record(file, outcome);
      return;
    }
    this.#record(file, { kind: 'unstable' });
  }

  /** A file that was too large to be read has grown since it was seen. */
  #sizeNow(file: FoundFile): number {
    const stat = lstatOf(joinPath(this.#context.root, file.path));
    return typeof stat === 'string' ? file.size : Number(stat.size);
  }

  *#statEntries(wanted: ReadonlySet<BytePath>): Iterable<StatCacheEntry> {
    for (const found of inOrder(this.#walked.root)) {
      if (isFolder(found) || found.oid === null || !wanted.has(found.path)) continue;
      yield this.#statEntry(found, found.oid);
    }
  }

  *#cacheEntries(): Iterable<StatCacheEntry> {
    for (const found of inOrder(this.#walked.root)) {
      if (!isFolder(found)) {
        if (found.oid !== null) yield this.#statEntry(found, found.oid);
      } else if (found.tree !== null) {
        yield treeEntry(found.path, found.tree);
      }
    }
  }

  #statEntry({ path, record }: FoundFile, oid: ObjectId): StatCacheEntry {
    return { path, record: this.#walked.stats.recordAt(record), oid };
  }
}

function maxFileBytesOf({ maxFileSize }: ScanRequest): number {
  return maxFileSize === 0 ? Infinity : maxFileSize;
}

/** A worktree whose files have the ids that the stat cache remembers. */
interface Walked extends Pick<CacheLookups, 'unknown' | 'tooLarge'> {
  walked: WalkResult;
}

async function walkFor(request: ScanRequest): Promise<Walked> {
  const { onProgress } = request;
  let lookups: CacheLookups | undefined;
  const lookupsIn = (walked: WalkResult): CacheLookups =>
    (lookups ??= new CacheLookups({ ...request, maxFileBytes: maxFileBytesOf(request) }, walked));
  const walked = await walkWorktree({
    root: asBytePath(bytePathFromText(request.root)),
    scope: request.scope,
    readIgnoreFile: request.readIgnoreFile,
    explicit: request.explicit,
    includeIgnored: request.includeIgnored,
    skippedFolders: request.skippedFolders,
    onNestedRepository: request.onNestedRepository,
    only: request.only,
    threadFrom: request.threadFrom,
    signal: request.signal,
    onEntries: (done) => onProgress?.({ phase: 'scanning', done }),
    meanwhile: (found) => lookupsIn(found).lookUpSome(),
  });
  const { unknown, tooLarge } = lookupsIn(walked).lookUpAll();
  return { walked, unknown, tooLarge };
}

/** Walks, and captures the files that it finds; the trees are not built yet. */
export async function captureFiles(request: ScanRequest): Promise<WalkResult> {
  const found = await walkFor(request);
  await new Scanner(request, found).capture();
  return found.walked;
}

/**
 * Scans the worktree: every file, link and empty folder that is not ignored (and those explicitly
 * asked for), with its object id; contents not yet in the repository go into the batch, and so do
 * the trees. The tree may be written to meanwhile: each file is captured as it was at one moment,
 * and what could not be is in `notCaptured` with its reason.
 */
export async function scanWorktree(request: ScanRequest): Promise<Scan> {
  return new Scanner(request, await walkFor(request)).run();
}
