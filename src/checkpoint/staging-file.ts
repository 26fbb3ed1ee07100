import { lstatSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { PitonError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import { MODE, type HashAlgorithm, type ObjectId } from '../core/types.js';
import { readBounded } from '../disk/read.js';
import {
  readStagingArea,
  resolveSplit,
  type StagingArea,
} from '../worktree/staging-area/read-staging-area.js';
import { stagingDigest } from '../worktree/staging-area/staging-digest.js';
import { trackedPaths, type TrackedPaths } from '../worktree/staging-area/tracked-paths.js';

const READ_ATTEMPTS = 5;

/** The staging area's file at one moment. It is read in full only when somebody asks for it. */
export class StagingFile {
  readonly bytes: Buffer;
  readonly stat: BigIntStats;
  readonly #gitDir: string;
  readonly #algorithm: HashAlgorithm;
  #parsed: StagingArea | undefined;
  #area: StagingArea | undefined;
  #digest: string | undefined;
  /** What `sharedName` gives; undefined when it was not looked for. */
  #shared: string | null | undefined;
  #tracked: TrackedPaths | undefined;

  private constructor(gitDir: string, algorithm: HashAlgorithm, bytes: Buffer, stat: BigIntStats) {
    this.bytes = bytes;
    this.stat = stat;
    this.#gitDir = gitDir;
    this.#algorithm = algorithm;
  }

  /** Null when there is no staging area yet. Git replaces the file whole, so it is read whole. */
  static read(gitDir: string, algorithm: HashAlgorithm): StagingFile | null {
    const path = join(gitDir, 'index');
    const options = { bigint: true, throwIfNoEntry: false } as const;
    for (let attempt = 1; ; attempt++) {
      const before = lstatSync(path, options);
      const bytes = readBounded(path, LIMITS.indexFileBytes);
      if (before === undefined || bytes === null) return null;
      const after = lstatSync(path, options);
      if (after?.ino === before.ino && after.mtimeNs === before.mtimeNs) {
        return new StagingFile(gitDir, algorithm, bytes, before);
      }
      if (attempt === READ_ATTEMPTS) {
        throw new PitonError('LOCKED', 'the staging area is being rewritten all the time', {
          hint: 'wait for the git command that does it, and try again',
        });
      }
    }
  }

  /** The name of the file that a split index shares its entries with, or null. */
  get sharedName(): string | null {
    if (this.#shared === undefined) {
      const base = this.#parse().splitBase;
      this.#shared = base === null ? null : `sharedindex.${base}`;
    }
    return this.#shared;
  }

  /** What its entries say, as `stagingDigest` has it. */
  get digest(): string {
    this.#digest ??= stagingDigest(this.area);
    return this.#digest;
  }

  /** Takes what was found when a staging area of the very same bytes was read. */
  learn({ digest, shared }: { digest: string; shared: string | null }): void {
    this.#digest = digest;
    this.#shared = shared;
  }

  get area(): StagingArea {
    this.#area ??= this.#resolve();
    return this.#area;
  }

  get tracked(): TrackedPaths {
    this.#tracked ??= trackedPaths(this.area);
    return this.#tracked;
  }

  readShared(): Buffer | null {
    const name = this.sharedName;
    return name === null ? null : readBounded(join(this.#gitDir, name), LIMITS.indexFileBytes);
  }

  #parse(): StagingArea {
    this.#parsed ??= readStagingArea(this.bytes, this.#algorithm);
    return this.#parsed;
  }

  #resolve(): StagingArea {
    const area = this.#parse();
    if (area.splitBase === null) return area;
    const shared = this.readShared();
    if (shared !== null) return resolveSplit(area, shared);
    throw new PitonError('STATE_DAMAGED', 'the staging area shares entries with a missing file', {
      hint: "run 'git update-index --no-split-index' or 'git reset' to make it whole",
      details: { path: `sharedindex.${area.splitBase}` },
    });
  }
}

/** What the staging area refers to at a path. */
export interface Staged {
  path: string;
  oid: ObjectId;
}

/** All files in the staging area, those of every side of a conflict and of resolved ones too. */
export function* stagedFiles({ entries, resolved }: StagingArea): Iterable<Staged> {
  for (const { path, oid, mode } of [...entries, ...resolved]) {
    if (mode !== MODE.gitlink && mode !== MODE.directory) yield { path, oid };
  }
}

/** The trees of folders that a sparse staging area does not look into. */
export function* stagedFolders({ entries }: StagingArea): Iterable<Staged> {
  for (const { path, oid, mode } of entries) {
    if (mode === MODE.directory) yield { path: path.replace(/\/$/, ''), oid };
  }
}
