import { resolve } from 'node:path';
import { asBytePath, isWithin, joinPath, textOf, type BytePath } from '../core/byte-path.js';
import { PitonError, systemErrorCode } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { HashAlgorithm, HeadState } from '../core/types.js';
import { readBounded } from '../disk/read.js';
import { readStagingArea } from './staging-area/read-staging-area.js';
import { trackedPaths, type TrackedPaths } from './staging-area/tracked-paths.js';
import { lstatOf } from './list-folder.js';
import type { ExplicitPaths } from './walk.js';

interface Nested {
  folder: BytePath;
  /** Null when its git dir cannot be found or read: then it is only a folder of files. */
  gitDir: string | null;
  tracked: TrackedPaths | null | undefined;
}

const UNREADABLE = new Set(['EACCES', 'EPERM', 'EIO', 'ENAMETOOLONG']);
const GIT_FILE = /^gitdir: ([^\0\r\n]+)\s*$/;
const SYMBOLIC_HEAD = /^ref: (refs\/[^\0\r\n]+)\s*$/;
const OBJECT_ID = /^([0-9a-f]{40}|[0-9a-f]{64})\s*$/;

/** A file's contents; null when there is none, or it is not a plain, small and readable file. */
function readSmall(path: string, maxBytes: number = LIMITS.gitFileBytes): Buffer | null {
  try {
    return readBounded(path, maxBytes);
  } catch (error) {
    const isDamaged = error instanceof PitonError && error.code === 'STATE_DAMAGED';
    if (isDamaged || UNREADABLE.has(systemErrorCode(error) ?? '')) return null;
    throw error;
  }
}

function findGitDir(absolute: BytePath): string | null {
  const folder = textOf(absolute);
  if (folder === undefined) return null;
  const path = `${folder}/.git`;
  const stat = lstatOf(joinPath(absolute, asBytePath('.git')));
  if (typeof stat !== 'string' && stat.isDirectory()) return path;
  const target = GIT_FILE.exec(readSmall(path)?.toString('utf8') ?? '')?.[1];
  return target === undefined ? null : resolve(folder, target);
}

function readPackedRef(gitDir: string, ref: string): string | null {
  const packed =
    readSmall(`${gitDir}/packed-refs`, LIMITS.packedRefsBytes)?.toString('latin1') ?? '';
  const line = packed.split('\n').find((one) => one.endsWith(` ${ref}`));
  return line?.split(' ')[0] ?? null;
}

function readHeadOf(gitDir: string | null): HeadState {
  const head = gitDir === null ? '' : (readSmall(`${gitDir}/HEAD`)?.toString('utf8') ?? '');
  const ref = SYMBOLIC_HEAD.exec(head)?.[1] ?? null;
  if (ref === null || ref.includes('..')) {
    return { ref: null, commit: OBJECT_ID.exec(head)?.[1] ?? null };
  }
  const commonDir = commonDirOf(gitDir ?? '');
  const loose = readSmall(`${commonDir}/${ref}`)?.toString('latin1');
  const found = loose ?? readPackedRef(commonDir, ref) ?? '';
  return { ref, commit: OBJECT_ID.exec(found)?.[1] ?? null };
}

/** A linked worktree has only its HEAD to itself; branches are in the common git dir. */
function commonDirOf(gitDir: string): string {
  const named = readSmall(`${gitDir}/commondir`)?.toString('utf8').trimEnd();
  return named === undefined || named.includes('\0') ? gitDir : resolve(gitDir, named);
}

/**
 * The repositories inside the worktree (clones, submodules). Their files are captured as files;
 * what they track counts as tracked although an ignore rule matches it. Their `.git` is only read.
 */
export class NestedRepositories implements ExplicitPaths {
  readonly #root: BytePath;
  readonly #algorithm: HashAlgorithm;
  readonly #found: Nested[] = [];

  constructor(root: BytePath, algorithm: HashAlgorithm) {
    this.#root = root;
    this.#algorithm = algorithm;
  }

  add(folder: BytePath): void {
    const gitDir = findGitDir(joinPath(this.#root, folder));
    this.#found.push({ folder, gitDir, tracked: undefined });
  }

  has(path: BytePath): boolean {
    return this.#ask(path, (tracked, below) => tracked.has(below));
  }

  hasWithin(directory: BytePath): boolean {
    return this.#ask(directory, (tracked, below) => tracked.hasWithin(below));
  }

  heads(): { path: BytePath; head: HeadState }[] {
    return this.#found.map(({ folder, gitDir }) => ({ path: folder, head: readHeadOf(gitDir) }));
  }

  #ask(path: BytePath, question: (tracked: TrackedPaths, below: BytePath) => boolean): boolean {
    return this.#found.some((nested) => {
      if (path === nested.folder || !isWithin(path, nested.folder)) return false;
      const tracked = this.#trackedBy(nested);
      return (
        tracked !== null && question(tracked, asBytePath(path.slice(nested.folder.length + 1)))
      );
    });
  }

  #trackedBy(nested: Nested): TrackedPaths | null {
    nested.tracked ??= this.#readTracked(nested.gitDir);
    return nested.tracked;
  }

  #readTracked(gitDir: string | null): TrackedPaths | null {
    if (gitDir === null) return null;
    const bytes = readSmall(`${gitDir}/index`, LIMITS.indexFileBytes);
    if (bytes === null) return null;
    try {
      return trackedPaths(readStagingArea(bytes, this.#algorithm));
    } catch (error) {
      // It may be of another hash, or damaged: that is no reason not to take a checkpoint here.
      if (error instanceof PitonError) return null;
      throw error;
    }
  }
}
