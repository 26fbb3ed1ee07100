import { lstatSync } from 'node:fs';
import { bytePathFromText, ROOT, type BytePath } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import { DEFAULTS } from '../core/limits.js';
import type { HashAlgorithm, OperationOptions } from '../core/types.js';
import type { ObjectBatch } from '../store/object-store.js';
import { hashObject } from '../store/objects/object-format.js';
import type { Repository } from '../store/repository-types.js';
import { IgnoreRules } from '../worktree/ignore/ignore-rules.js';
import { loadIgnoreSources } from '../worktree/ignore/load-sources.js';
import { NestedRepositories } from '../worktree/nested-repositories.js';
import { PathSet } from '../worktree/path-set.js';
import { IgnoreFileReader } from '../worktree/read-ignore-file.js';
import { scanWorktree, type Scan, type ScanRequest } from '../worktree/scan.js';
import { StatCache, type StatLookup } from '../worktree/stat-cache.js';
import type { ExplicitPaths, WalkRequest } from '../worktree/walk.js';
import type { CheckpointContext } from './context.js';
import { StagingFile } from './staging-file.js';

export interface LookOptions extends OperationOptions {
  /** Where contents go; one that stores nothing makes this a mere look. */
  batch: ObjectBatch;
  includeIgnored?: boolean | undefined;
  /** Paths to capture although a rule ignores them. */
  alsoCapture?: readonly BytePath[] | undefined;
  cache?: StatLookup | undefined;
  /** Whether every object the cache names is known to be in the repository. */
  cacheVouched?: boolean | undefined;
}

/** What a checkpoint needs to know of the worktree, however it was found out. */
export interface View {
  scan: Pick<Scan, 'tree' | 'files' | 'notCaptured'> & Partial<Pick<Scan, 'entries'>>;
  staging: StagingFile | null;
  rules: IgnoreRules;
  /** The ignore files that were read and are not in the tree as they were read, by path. */
  uncapturedIgnoreFiles: ReadonlyMap<BytePath, Buffer>;
  nested: NestedRepositories;
}

/** A whole scan with what it was made under. */
export interface Look extends View {
  scan: Scan;
  /** The worktree's ignore files that were read, by path. */
  ignoreFiles: ReadonlyMap<BytePath, Buffer>;
}

const MAX_FILE_SIZE = 'piton.maxfilesize';

/** Bytes; 0 = no limit. @throws {PitonError} `USAGE` for a value that is none. */
export function maxFileSizeOf(repository: Repository): number {
  if (repository.config.get(MAX_FILE_SIZE) === undefined) return DEFAULTS.maxFileSizeBytes;
  const size = repository.config.getInteger(MAX_FILE_SIZE);
  if (size !== undefined && size >= 0) return size;
  throw new PitonError('USAGE', 'piton.maxFileSize is not a number of bytes', {
    hint: "set it with 'git config piton.maxFileSize 100m', or 0 for no limit",
    details: { value: repository.config.get(MAX_FILE_SIZE) },
  });
}

/** A git dir that lies in the worktree under another name than `.git` is no part of it. */
function gitFolders({ gitDir, commonDir }: Repository): Set<string> {
  return new Set(
    [gitDir, commonDir].map((path) => {
      const { dev, ino } = lstatSync(path, { bigint: true });
      return `${dev}:${ino}`;
    }),
  );
}

function explicitPaths(
  staging: StagingFile | null,
  nested: NestedRepositories,
  alsoCapture: readonly BytePath[],
): ExplicitPaths {
  const also = new PathSet(alsoCapture);
  const sources: ExplicitPaths[] = [nested, also];
  if (staging !== null) sources.push(staging.tracked);
  return {
    has: (path) => sources.some((source) => source.has(path)),
    hasWithin: (directory) => sources.some((source) => source.hasWithin(directory)),
    // What a rollback fills is empty again once it is undone, and must be known to have been there.
    keepsFolder: (directory) => also.hasWithin(directory),
  };
}

/** What a walk of the worktree goes by. */
export interface Outlook {
  staging: StagingFile | null;
  rules: IgnoreRules;
  reader: IgnoreFileReader;
  nested: NestedRepositories;
  walk: Omit<WalkRequest, 'root' | 'signal' | 'onEntries'>;
}

/** Reads the ignore rules, and what is tracked, as they are now. */
export function outlookOn(
  context: Pick<CheckpointContext, 'repository' | 'user' | 'warn'>,
  options: Pick<LookOptions, 'includeIgnored' | 'alsoCapture'>,
): Outlook {
  const { repository, user } = context;
  const root = bytePathFromText(repository.root);
  const staging = StagingFile.read(repository.gitDir, repository.algorithm);
  const loaded = loadIgnoreSources(repository, user);
  for (const warning of loaded.warnings) context.warn(warning);
  const rules = new IgnoreRules(loaded.sources);
  const reader = new IgnoreFileReader(root);
  const nested = new NestedRepositories(root, repository.algorithm);
  let explicit: ExplicitPaths | undefined;
  const walk = {
    scope: rules.rootScope((name) => reader.read(ROOT, name)),
    readIgnoreFile: reader.read,
    explicit: () => (explicit ??= explicitPaths(staging, nested, options.alsoCapture ?? [])),
    includeIgnored: options.includeIgnored ?? false,
    skippedFolders: gitFolders(repository),
    onNestedRepository: (folder: BytePath) => nested.add(folder),
  };
  return { staging, rules, reader, nested, walk };
}

/** What a scan is asked for, given what it goes by. */
export function scanRequestOf(
  context: CheckpointContext,
  { walk }: Outlook,
  options: LookOptions,
): ScanRequest {
  const { repository } = context;
  return {
    ...walk,
    root: repository.root,
    algorithm: repository.algorithm,
    batch: options.batch,
    maxFileSize: maxFileSizeOf(repository),
    cache: options.cache ?? StatCache.empty(),
    cacheVouched: options.cacheVouched ?? false,
    bulk: context.bulk,
    signal: options.signal,
    onProgress: options.onProgress,
  };
}

/** Scans the worktree as a checkpoint sees it; writes nothing but what goes into the batch. */
export async function lookAtWorktree(
  context: CheckpointContext,
  options: LookOptions,
): Promise<Look> {
  const outlook = outlookOn(context, options);
  const scan = await scanWorktree(scanRequestOf(context, outlook, options));
  const { staging, rules, nested, reader } = outlook;
  const { algorithm } = context.repository;
  const uncapturedIgnoreFiles = uncapturedAmong(reader.seen, scan, algorithm);
  return { scan, staging, rules, uncapturedIgnoreFiles, ignoreFiles: reader.seen, nested };
}

function uncapturedAmong(
  files: ReadonlyMap<BytePath, Buffer>,
  scan: Scan,
  algorithm: HashAlgorithm,
): Map<BytePath, Buffer> {
  return new Map(
    [...files].filter(([path, text]) => {
      return scan.oidAt(path) !== hashObject(algorithm, 'blob', text);
    }),
  );
}
