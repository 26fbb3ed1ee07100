import { compareBytes, isWithin, parentOf, ROOT, type BytePath } from '../core/byte-path.js';
import type { FileEntry } from '../core/types.js';
import { pairedEntries } from '../worktree/diff.js';
import { isContentKept, isFile } from './entry-kinds.js';
import { addParents, foldersOf } from './folders-of.js';
import type { LeftReason, PresentState, TargetKnowledge } from './knowledge.js';
import { addFoldersOf, type UncapturedArtifacts } from './uncaptured-artifacts.js';

export interface ProposalInput {
  present: PresentState;
  /** Sorted by path. */
  target: readonly FileEntry[];
  knowledge: TargetKnowledge;
  /** What comes back from the trash; nothing else can be at or below these paths. */
  returns: readonly BytePath[];
  /** Files or folders to roll back; null for everything. */
  paths: readonly BytePath[] | null;
  /** Whether emptied folders above the paths go too. */
  goesAbove?: boolean;
  /** What is moved into an archive although the scan did not capture it. */
  uncaptured?: Pick<UncapturedArtifacts, 'moved' | 'folders'>;
  /** Paths of the target that are moved back out of an archive, whatever is there now. */
  fromArchive?: { has(path: BytePath): boolean } | undefined;
}

export interface Write {
  entry: FileEntry;
  /** What is captured there now, or null when nothing is. */
  replaces: FileEntry | null;
}

/** Everything a rollback is going to do, in no order yet. All lists are sorted by path. */
export interface RollbackProposal {
  /** Files and links to put in place, with new contents. */
  writes: Write[];
  /** Same contents, other mode. */
  modes: FileEntry[];
  /** Captured files and links to take away. */
  removals: FileEntry[];
  /** Files and links to move into an archive although they are not captured. */
  archived: BytePath[];
  /** Empty folders of the checkpoint that are to be made. */
  newFolders: FileEntry[];
  /** Captured empty folders to take away. */
  removedFolders: FileEntry[];
  /** Folders that must be there in the end, parents first. */
  neededFolders: BytePath[];
  /** Folders without anything of the checkpoint: they go when empty. Innermost first. */
  obsoleteFolders: BytePath[];
  left: { path: BytePath; reason: LeftReason }[];
  unchanged: number;
}

class Proposer {
  readonly #input: ProposalInput;
  readonly #targetFolders: Set<BytePath>;
  /** Of the paths that are rolled back: what must be a folder, and what a file or link. */
  #knownWantedFolders: Set<BytePath> | undefined;
  #knownWantedFiles: Set<BytePath> | undefined;
  /** Nested repositories that came after the checkpoint. */
  readonly #newNested: Set<BytePath>;
  readonly #proposal: RollbackProposal;

  constructor(input: ProposalInput) {
    this.#input = input;
    this.#targetFolders = foldersOf(input.target);
    for (const path of input.returns) addParents(this.#targetFolders, path);
    this.#newNested = new Set(
      input.present.nestedRepositories.filter(
        (folder) => !input.knowledge.hadNestedRepository(folder),
      ),
    );
    this.#proposal = {
      writes: [],
      modes: [],
      removals: [],
      archived: [...(input.uncaptured?.moved ?? [])],
      newFolders: [],
      removedFolders: [],
      neededFolders: [],
      obsoleteFolders: [],
      left: [],
      unchanged: 0,
    };
  }

  run(): RollbackProposal {
    const { target, present } = this.#input;
    const presentFolders = foldersOf(present.entries);
    if (this.#input.uncaptured !== undefined) {
      addFoldersOf(this.#input.uncaptured, presentFolders, this.#input.knowledge);
    }
    for (const { before, after } of pairedEntries(present.entries, target)) {
      if (after !== null && this.#isMeant(after.path)) this.#want(after, before, presentFolders);
      else if (before !== null) this.#considerUnwanted(before);
    }
    this.#collectFolders(presentFolders);
    return this.#proposal;
  }

  // Most rollbacks ask for none of these two, and they are as large as the checkpoint.
  get #wantedFolders(): ReadonlySet<BytePath> {
    return (this.#knownWantedFolders ??= this.#findWantedFolders());
  }

  #findWantedFolders(): Set<BytePath> {
    const folders = foldersOf(this.#wanted());
    for (const path of this.#input.returns) addParents(folders, path);
    return folders;
  }

  get #wantedFiles(): ReadonlySet<BytePath> {
    const files = (): BytePath[] =>
      this.#wanted()
        .filter(isFile)
        .map(({ path }) => path);
    return (this.#knownWantedFiles ??= new Set([...files(), ...this.#input.returns]));
  }

  #wanted(): FileEntry[] {
    return this.#input.target.filter(({ path }) => this.#isMeant(path));
  }

  #considerUnwanted(entry: FileEntry): void {
    if (this.#isMeant(entry.path) || this.#isInTheWay(entry.path)) this.#considerRemoval(entry);
  }

  #isMeant(path: BytePath): boolean {
    return this.#input.paths?.some((chosen) => isWithin(path, chosen)) ?? true;
  }

  #want(entry: FileEntry, now: FileEntry | null, presentFolders: Set<BytePath>): void {
    if (!isFile(entry)) {
      if (presentFolders.has(entry.path)) this.#proposal.unchanged++;
      else this.#proposal.newFolders.push(entry);
      if (now !== null && isFile(now)) this.#proposal.removals.push(now);
    } else if (this.#input.fromArchive?.has(entry.path) === true) {
      this.#write(entry, now);
    } else if (now !== null && now.oid === entry.oid && now.mode === entry.mode) {
      this.#proposal.unchanged++;
    } else if (now !== null && isContentKept(now, entry)) {
      this.#proposal.modes.push(entry);
    } else {
      this.#write(entry, now);
    }
  }

  #write(entry: FileEntry, now: FileEntry | null): void {
    const replaces = now !== null && isFile(now) ? now : null;
    this.#proposal.writes.push({ entry, replaces });
    if (now !== null && replaces === null) this.#proposal.removedFolders.push(now);
  }

  /** Whether the checkpoint has something where this path, or a folder above it, is now. */
  #isInTheWay(path: BytePath): boolean {
    if (this.#wantedFolders.has(path)) return true;
    for (let parent = path; parent !== ROOT; parent = parentOf(parent)) {
      if (this.#wantedFiles.has(parent)) return true;
    }
    return false;
  }

  #considerRemoval(entry: FileEntry): void {
    const { path } = entry;
    const isFolder = !isFile(entry);
    if (isFolder && this.#targetFolders.has(path)) return;
    if (!this.#isInTheWay(path)) {
      const repository = this.#newRepositoryAbove(path);
      const reason =
        repository === null ? this.#reasonToLeave(path, isFolder) : 'nested_repository';
      if (reason !== null) {
        // A repository that stays whole is named once, by its folder.
        const isNamed = repository !== null && this.#isListed(repository);
        if (!isNamed) this.#proposal.left.push({ path, reason });
        return;
      }
    }
    (isFolder ? this.#proposal.removedFolders : this.#proposal.removals).push(entry);
  }

  /**
   * Somebody works in a repository of their own there: taking its files from under it, even into
   * the safety checkpoint, would wreck what the checkpoint never had a part in.
   */
  #newRepositoryAbove(path: BytePath): BytePath | null {
    if (this.#newNested.size === 0) return null;
    for (let at = path; at !== ROOT; at = parentOf(at)) if (this.#newNested.has(at)) return at;
    return null;
  }

  #reasonToLeave(path: BytePath, isDirectory: boolean): LeftReason | null {
    const { knowledge } = this.#input;
    if (knowledge.didNotCapture(path)) return 'not_captured';
    return knowledge.didNotLook(path, isDirectory) ? 'ignored' : null;
  }

  #collectFolders(presentFolders: Set<BytePath>): void {
    const needed = new Set<BytePath>();
    for (const { entry } of this.#proposal.writes) addParents(needed, entry.path);
    for (const path of this.#input.returns) addParents(needed, path);
    for (const { path } of this.#proposal.newFolders) {
      addParents(needed, path);
      needed.add(path);
    }
    this.#proposal.neededFolders = [...needed].sort(compareBytes);
    const emptied = new Set<BytePath>();
    for (const { path } of this.#proposal.removals) addParents(emptied, path);
    for (const path of this.#proposal.archived) addParents(emptied, path);
    const { goesAbove = false, uncaptured } = this.#input;
    const removed = this.#proposal.removedFolders.map(({ path }) => path);
    for (const folder of [...removed, ...(uncaptured?.folders ?? [])]) {
      addParents(emptied, folder);
      emptied.add(folder);
    }
    const gone = [...emptied]
      .filter((folder) => presentFolders.has(folder) && !this.#targetFolders.has(folder))
      .filter((folder) => this.#isMeant(folder) || this.#isInTheWay(folder) || goesAbove);
    this.#collectUncaptured(new Set(gone));
    const held = this.#foldersWithUncaptured();
    this.#proposal.obsoleteFolders = gone
      .filter((folder) => !held.has(folder))
      .sort((left, right) => compareBytes(right, left));
    this.#proposal.removedFolders = this.#proposal.removedFolders.filter(
      ({ path }) => !held.has(path) || this.#wantedFiles.has(path),
    );
  }

  /** Folders that cannot become empty, because something in them is not captured. */
  #foldersWithUncaptured(): Set<BytePath> {
    const { ignored, notCaptured, nestedRepositories } = this.#input.present;
    const folders = new Set<BytePath>([...nestedRepositories, ...notCaptured]);
    for (const path of [...ignored, ...notCaptured, ...nestedRepositories]) {
      addParents(folders, path);
    }
    return folders;
  }

  /** What the scan did not capture stays; it is named where the checkpoint did not have it. */
  #collectUncaptured(gone: ReadonlySet<BytePath>): void {
    const { present, knowledge } = this.#input;
    for (const folder of this.#newNested) this.#leave(folder, 'nested_repository');
    for (const path of present.ignored) {
      const isOld = knowledge.didNotLook(path, false) || knowledge.didNotLook(path, true);
      if (!isOld || this.#isBelow(path, gone)) this.#leave(path, 'ignored');
    }
    for (const path of present.notCaptured) {
      if (!knowledge.didNotCapture(path) || this.#isBelow(path, gone)) {
        this.#leave(path, 'not_captured');
      }
    }
    this.#proposal.left.sort((left, right) => compareBytes(left.path, right.path));
  }

  #leave(path: BytePath, reason: LeftReason): void {
    if (this.#isListed(path)) this.#proposal.left.push({ path, reason });
  }

  #isListed(path: BytePath): boolean {
    return this.#isMeant(path) && !this.#isInTheWay(path);
  }

  #isBelow(path: BytePath, folders: ReadonlySet<BytePath>): boolean {
    for (let parent = parentOf(path); parent !== ROOT; parent = parentOf(parent)) {
      if (folders.has(parent)) return true;
    }
    return false;
  }
}

/**
 * Compares the worktree with a checkpoint and says what a rollback would do; changes nothing.
 *
 * A path is taken away only when it is captured now, absent from the checkpoint, and the
 * checkpoint had looked there: where it did not look, absence is no evidence. Nor is it for what
 * lies in a repository that was made or linked there since. What has to make room for something of
 * the checkpoint goes all the same: it is in the safety checkpoint.
 */
export function proposeRollback(input: ProposalInput): RollbackProposal {
  return new Proposer(input).run();
}
