import { lstatSync, readdirSync, type BigIntStats } from 'node:fs';
import {
  asBytePath,
  bytePathFromText,
  fsPath,
  isWithin,
  joinPath,
  parentOf,
  ROOT,
  type BytePath,
} from '../core/byte-path.js';
import { systemErrorCode } from '../core/errors.js';
import type { RollbackProposal } from './propose.js';

/** What stands on disk where a proposal wants to work, also where the scan captures nothing. */
export interface Survey {
  /** Uncaptured things in the way, and folders that hold such: they are retired whole. */
  obstacles: BytePath[];
  /** Of the needed folders those that have to be made, parents first. */
  missingFolders: BytePath[];
  /** Of the proposal's new (empty) folders those that are already there. */
  presentFolders: ReadonlySet<BytePath>;
  stat(path: BytePath): BigIntStats | null;
}

const ABSENT = new Set(['ENOENT', 'ENOTDIR']);

class Surveyor {
  readonly #root: BytePath;
  readonly #proposal: RollbackProposal;
  readonly #returns: readonly BytePath[];
  readonly #stats = new Map<BytePath, BigIntStats | null>();
  /** Captured paths that go or are replaced. */
  readonly #leaving: Set<BytePath>;
  readonly #leavingFolders: Set<BytePath>;
  readonly #obstacles: BytePath[] = [];

  constructor(root: string, proposal: RollbackProposal, returns: readonly BytePath[]) {
    this.#root = bytePathFromText(root);
    this.#proposal = proposal;
    this.#returns = returns;
    this.#leaving = new Set([...proposal.removals.map(({ path }) => path), ...proposal.archived]);
    this.#leavingFolders = new Set(proposal.obsoleteFolders);
    for (const { entry, replaces } of proposal.writes) {
      if (replaces !== null) this.#leaving.add(entry.path);
    }
  }

  run(): Survey {
    const missing: BytePath[] = [];
    const present = new Set<BytePath>();
    for (const folder of this.#proposal.neededFolders) {
      const stat = this.stat(folder);
      if (stat?.isDirectory() === true) {
        present.add(folder);
        continue;
      }
      missing.push(folder);
      if (stat !== null && !this.#leaving.has(folder)) this.#obstacles.push(folder);
    }
    for (const { entry } of this.#proposal.writes) this.#considerWrite(entry.path);
    for (const path of this.#returns) this.#considerWrite(path);
    return {
      obstacles: this.#obstacles,
      missingFolders: missing,
      presentFolders: present,
      stat: (path) => this.stat(path),
    };
  }

  /** The path's lstat, never through a link; null when nothing is there. */
  stat(path: BytePath): BigIntStats | null {
    const known = this.#stats.get(path);
    if (known !== undefined) return known;
    const parent = parentOf(path);
    const isReachable = path === ROOT || parent === ROOT || this.stat(parent)?.isDirectory();
    const stat = isReachable === true ? this.#lstat(path) : null;
    this.#stats.set(path, stat);
    return stat;
  }

  #lstat(path: BytePath): BigIntStats | null {
    try {
      return lstatSync(fsPath(joinPath(this.#root, path)), { bigint: true });
    } catch (error) {
      if (ABSENT.has(systemErrorCode(error) ?? '')) return null;
      throw error;
    }
  }

  #considerWrite(path: BytePath): void {
    const stat = this.stat(path);
    if (stat === null || this.#leaving.has(path)) return;
    if (!stat.isDirectory() || this.#holdsMoreThanLeaves(path)) this.#obstacles.push(path);
  }

  /** Whether anything stays in a folder once all that is captured in it has gone. */
  #holdsMoreThanLeaves(folder: BytePath): boolean {
    const pending = [folder];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (!this.#leavingFolders.has(next)) return true;
      for (const name of readdirSync(fsPath(joinPath(this.#root, next)), { encoding: 'latin1' })) {
        const path = joinPath(next, asBytePath(name));
        if (this.stat(path)?.isDirectory() === true) pending.push(path);
        else if (!this.#leaving.has(path)) return true;
      }
    }
    return false;
  }
}

/**
 * Looks at the paths where a proposal wants to put something, or bring something back. What the
 * scan did not capture and is in the way there cannot be in the safety checkpoint, so it must be
 * retired, not deleted.
 */
export function surveyWorktree(
  root: string,
  proposal: RollbackProposal,
  returns: readonly BytePath[],
): Survey {
  return new Surveyor(root, proposal, returns).run();
}

/** Whether the path is one of the folders or files, or lies below one. */
export function isCovered(path: BytePath, covers: readonly BytePath[]): boolean {
  return covers.some((cover) => isWithin(path, cover));
}
