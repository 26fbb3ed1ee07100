import { parentOf, ROOT, type BytePath } from '../core/byte-path.js';
import { MODE, type FileEntry } from '../core/types.js';
import type { RollbackProposal } from './propose.js';
import type { CapturedState, FileState, ReturnStep, Slot, Step } from './steps.js';
import { isCovered, type Survey } from './survey.js';

export interface SequenceInput {
  proposal: RollbackProposal;
  survey: Survey;
  /** What comes back from the trash, once all else is in its place. */
  returns: readonly ReturnStep[];
  /** A free slot on the file system that holds the path. */
  slotFor(path: BytePath): Slot;
  /** Where what is retired goes when it is not merely in the way. */
  retireTo(path: BytePath): Slot;
  /** The permissions of a folder that is made; undefined: as the umask has it. */
  folderMode(path: BytePath): number | undefined;
  /** Where the contents for a path were staged, and how they look there. */
  stagedAt(path: BytePath): { from: Slot; staged: FileState };
  /** How a captured path looked when it was captured; null when its contents are not stored. */
  capturedState(path: BytePath): CapturedState | null;
}

const PERMISSION_BITS = 0o7777n;

class Sequencer {
  readonly #input: SequenceInput;
  readonly #steps: Step[] = [];
  readonly #done = new Set<BytePath>();
  readonly #writePaths: Set<BytePath>;

  constructor(input: SequenceInput) {
    this.#input = input;
    this.#writePaths = new Set(input.proposal.writes.map(({ entry }) => entry.path));
  }

  run(): Step[] {
    const { proposal, survey } = this.#input;
    for (const path of proposal.archived) this.#retire(path, this.#input.retireTo(path), null);
    for (const path of survey.obstacles) this.#retire(path, this.#input.slotFor(path), null);
    this.#clearConflicts();
    for (const path of survey.missingFolders) this.#makeFolder(path);
    for (const write of proposal.writes) this.#write(write.entry, write.replaces);
    for (const entry of proposal.modes) this.#changeMode(entry);
    for (const { path } of proposal.removals) this.#retireCaptured(path);
    for (const folder of proposal.obsoleteFolders) this.#removeFolder(folder);
    for (const step of this.#input.returns) this.#steps.push(step);
    return this.#steps;
  }

  #isHandled(path: BytePath): boolean {
    return this.#done.has(path) || isCovered(path, this.#input.survey.obstacles);
  }

  #retire(path: BytePath, to: Slot, captured: CapturedState | null): void {
    this.#steps.push({ kind: 'retire', path, to, captured });
    this.#done.add(path);
  }

  #retireCaptured(path: BytePath): void {
    if (this.#isHandled(path)) return;
    this.#retire(path, this.#input.retireTo(path), this.#input.capturedState(path));
  }

  #makeFolder(path: BytePath): void {
    const mode = this.#input.folderMode(path);
    this.#steps.push({ kind: 'make_folder', path, ...(mode !== undefined && { mode }) });
  }

  /** What must go before something else can come: files that become folders and the reverse. */
  #clearConflicts(): void {
    const { proposal, survey } = this.#input;
    const missing = new Set(survey.missingFolders);
    for (const { path } of proposal.removals) {
      if (missing.has(path) || this.#isBelowWrite(path)) this.#retireCaptured(path);
    }
    for (const folder of proposal.obsoleteFolders) {
      if (this.#writePaths.has(folder) || this.#isBelowWrite(folder)) this.#removeFolder(folder);
    }
  }

  #isBelowWrite(path: BytePath): boolean {
    for (let parent = parentOf(path); parent !== ROOT; parent = parentOf(parent)) {
      if (this.#writePaths.has(parent)) return true;
    }
    return false;
  }

  #removeFolder(path: BytePath): void {
    const stat = this.#input.survey.stat(path);
    if (this.#isHandled(path) || stat === null) return;
    this.#steps.push({ kind: 'remove_folder', path, mode: Number(stat.mode & PERMISSION_BITS) });
    this.#done.add(path);
  }

  #write(entry: FileEntry, replaces: FileEntry | null): void {
    const { path } = entry;
    if (replaces !== null) this.#retireCaptured(path);
    const { from, staged } = this.#input.stagedAt(path);
    this.#steps.push({ kind: 'place', path, from, staged });
  }

  #changeMode(entry: FileEntry): void {
    const stat = this.#input.survey.stat(entry.path);
    if (stat === null) return;
    const before = Number(stat.mode & PERMISSION_BITS);
    const mode = permissionsFor(entry.mode === MODE.executable, before);
    this.#steps.push({ kind: 'mode', path: entry.path, mode, before });
  }
}

/** Sets or clears "executable" for everyone who may read, as `chmod` by git does. */
export function permissionsFor(isExecutable: boolean, before: number): number {
  return isExecutable ? before | ((before & 0o444) >> 2) : before & ~0o111;
}

/**
 * The order of a rollback: first what is in the way, then new folders, then each path's new
 * contents, then modes, then what merely goes, and last what comes back from the trash.
 */
export function sequenceSteps(input: SequenceInput): Step[] {
  return new Sequencer(input).run();
}
