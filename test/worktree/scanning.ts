import {
  asBytePath,
  bytePathFromText,
  ROOT,
  textOf,
  type BytePath,
} from '../../src/core/byte-path.js';
import { hashObject } from '../../src/store/objects/object-format.js';
import { hashOnlyBatch } from '../../src/worktree/hash-only-batch.js';
import { IgnoreRules, type IgnoreSources } from '../../src/worktree/ignore/ignore-rules.js';
import { PathSet } from '../../src/worktree/path-set.js';
import { IgnoreFileReader } from '../../src/worktree/read-ignore-file.js';
import { scanWorktree, type Scan, type ScanRequest } from '../../src/worktree/scan.js';
import { StatCache } from '../../src/worktree/stat-cache.js';

export interface ScanSetting extends Partial<ScanRequest> {
  sources?: Partial<IgnoreSources>;
  tracked?: readonly string[];
}

const NO_SOURCES: IgnoreSources = {
  exclude: [],
  infoExclude: null,
  excludesFile: null,
  ignoreCase: false,
};

/** A scan that stores nothing, under the ignore files of the worktree itself. */
export function requestOf(root: string, setting: ScanSetting = {}): ScanRequest {
  const { sources, tracked = [], ...request } = setting;
  const rules = new IgnoreRules({ ...NO_SOURCES, ...sources });
  const reader = new IgnoreFileReader(bytePathFromText(root));
  const explicit = new PathSet(tracked.map(bytePathFromText));
  return {
    root,
    algorithm: 'sha1',
    batch: hashOnlyBatch('sha1'),
    scope: rules.rootScope((name) => reader.read(ROOT, name)),
    readIgnoreFile: reader.read,
    explicit: () => explicit,
    includeIgnored: false,
    maxFileSize: 0,
    skippedFolders: new Set(),
    onNestedRepository: () => undefined,
    cache: StatCache.empty(),
    cacheVouched: true,
    bulk: null,
    ...request,
  };
}

export function scan(root: string, setting: ScanSetting = {}): Promise<Scan> {
  return scanWorktree(requestOf(root, setting));
}

/** `<mode> <path>` of every entry, empty folders with a `/`. */
export function shown({ entries }: Pick<Scan, 'entries'>): string[] {
  return entries.map(({ path, mode }) => {
    const name = textOf(path) ?? JSON.stringify(path);
    return `${mode.toString(8)} ${name}${mode === 0o40000 ? '/' : ''}`;
  });
}

export function paths({ entries }: Pick<Scan, 'entries'>): string[] {
  return entries.map(({ path }) => path);
}

export function blobId(text: string | Buffer): string {
  return hashObject('sha1', 'blob', Buffer.from(text));
}

export function bytePath(text: string): BytePath {
  return asBytePath(text);
}

const NOBODY = 65_534;

/** Runs something as a user whom permissions stop, which they do not do for the superuser. */
export async function asNobody<T>(action: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return action();
  process.seteuid?.(NOBODY);
  try {
    return await action();
  } finally {
    process.seteuid?.(0);
  }
}
