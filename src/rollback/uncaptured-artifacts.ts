import {
  compareBytes,
  isWithin,
  joinPath,
  nameOf,
  parentOf,
  type BytePath,
} from '../core/byte-path.js';
import { systemErrorCode } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import { AnchoredRoot } from '../disk/anchored-root.js';
import { isSafeName } from '../worktree/safe-names.js';
import { addParents } from './folders-of.js';
import type { LeftReason, PresentState, TargetKnowledge } from './knowledge.js';

/** Artifacts that the scan did not capture, so that they can only be moved as they are. */
export interface UncapturedArtifacts {
  /** Files and links, sorted by path. */
  moved: BytePath[];
  /** Folders that hold nothing else. */
  folders: BytePath[];
  /** What of the artifacts stays. */
  left: { path: BytePath; reason: LeftReason }[];
}

/** What cannot be reached, or not without following a link, is none of the workspace's files. */
const UNREACHABLE = new Set(['ENOENT', 'EACCES', 'UNSAFE_PATH']);

class Finder {
  readonly #root: AnchoredRoot;
  readonly found: UncapturedArtifacts = { moved: [], folders: [], left: [] };

  constructor(root: AnchoredRoot) {
    this.#root = root;
  }

  /** Takes what lies at the path; whether nothing of it stays. */
  take(path: BytePath): boolean {
    if (path.length > LIMITS.pathBytes) return this.#leave(path, 'not_captured');
    try {
      const stat = this.#root.within(parentOf(path), (folder) => folder.lstat(nameOf(path)));
      if (stat === null) return true;
      if (stat.isDirectory()) return this.#takeFolder(path);
      if (!stat.isFile() && !stat.isSymbolicLink()) return this.#leave(path, 'not_captured');
    } catch (error) {
      if (!UNREACHABLE.has(systemErrorCode(error) ?? '')) throw error;
      return this.#leave(path, 'not_captured');
    }
    this.found.moved.push(path);
    return true;
  }

  #takeFolder(path: BytePath): boolean {
    const names = this.#root.within(path, (folder) => folder.readdir());
    if (!names.every(isSafeName)) return this.#leave(path, 'nested_repository');
    let isEmptied = true;
    for (const name of names.sort(compareBytes)) {
      isEmptied = this.take(joinPath(path, name)) && isEmptied;
    }
    if (isEmptied) this.found.folders.push(path);
    return isEmptied;
  }

  #leave(path: BytePath, reason: LeftReason): false {
    this.found.left.push({ path, reason });
    return false;
  }
}

/** Where to look for an artifact that is not captured: at it, or at what it holds. */
function startsFor(artifact: BytePath, uncaptured: readonly BytePath[]): BytePath[] {
  if (uncaptured.some((path) => isWithin(artifact, path))) return [artifact];
  return uncaptured.filter((path) => isWithin(path, artifact));
}

/**
 * Finds what of the artifacts lies in the worktree and is in no checkpoint: ignored files, and
 * files that are too large. Nothing is followed through a link, and a folder with a repository of
 * its own stays as it is, with all that is in it.
 */
export function findUncapturedArtifacts(
  root: string,
  artifacts: readonly BytePath[],
  present: PresentState,
): UncapturedArtifacts {
  const isNested = (path: BytePath): boolean =>
    present.nestedRepositories.some((folder) => isWithin(path, folder));
  const uncaptured = [...present.ignored, ...present.notCaptured].filter((path) => !isNested(path));
  const starts = new Set(artifacts.flatMap((path) => startsFor(path, uncaptured)));
  const topmost = [...starts].filter(
    (path) => ![...starts].some((other) => other !== path && isWithin(path, other)),
  );
  if (topmost.length === 0) return { moved: [], folders: [], left: [] };
  const anchor = AnchoredRoot.open(root);
  try {
    const finder = new Finder(anchor);
    for (const path of topmost.sort(compareBytes)) finder.take(path);
    return finder.found;
  } finally {
    anchor.close();
  }
}

/** What the scan did not capture, without what is moved away. */
export function withoutMoved(
  present: PresentState,
  { moved, folders, left }: UncapturedArtifacts,
): PresentState {
  const gone = new Set<BytePath>([...moved, ...folders]);
  const stays = (path: BytePath): boolean => !gone.has(path);
  const ignored = [...present.ignored, ...left.map(({ path }) => path)];
  return {
    ...present,
    ignored: [...new Set(ignored.filter(stays))],
    notCaptured: present.notCaptured.filter(stays),
  };
}

/**
 * Adds the folders that may go with what is moved: its own, and those above it where the
 * checkpoint had looked.
 */
export function addFoldersOf(
  { moved, folders }: Pick<UncapturedArtifacts, 'moved' | 'folders'>,
  present: Set<BytePath>,
  knowledge: TargetKnowledge,
): void {
  const parents = new Set<BytePath>();
  for (const path of [...moved, ...folders]) addParents(parents, path);
  for (const folder of parents) if (!knowledge.didNotLook(folder, true)) present.add(folder);
  for (const folder of folders) present.add(folder);
}
