import { readHookFile, pathOfPlace, writeHookFile } from './hook-file.js';
import type { HookFile, HookPlace } from './hook-file.js';

/** A hook of one host and event at one place. */
export interface HookState {
  /** `git`, or an agent's name. */
  host: string;
  /** The file it is in, or would be: absolute. */
  place: string;
  event: string;
  /** `project`: of this workspace; `user`: of everything the user works on. */
  level: 'project' | 'user';
  installed: boolean;
  /** Whether a failure of piton stops what the hook belongs to. */
  strict: boolean;
  /** What people should know of this place, or null. */
  note: string | null;
}

/** What a file is to become; `after` null: it goes. */
export interface FileProposal {
  place: HookPlace;
  before: HookFile | null;
  after: HookFile | null;
  /** How many folders above the file were made for it; they go with it. */
  madeFolders: number;
}

/** What is to be done, and how things stand once it is. */
export interface HookProposal {
  hooks: HookState[];
  files: FileProposal[];
}

export interface FileChange {
  /** Absolute. */
  path: string;
  change: 'created' | 'changed' | 'deleted';
}

/** Which of the files change, and how. */
export function changesIn(files: readonly FileProposal[]): FileChange[] {
  return files.flatMap(({ place, before, after }) => {
    if (before?.text === after?.text) return [];
    const change = before === null ? 'created' : after === null ? 'deleted' : 'changed';
    return [{ path: pathOfPlace(place), change }];
  });
}

/**
 * Writes the files that change. When one cannot be written, those before it are put back.
 * @throws {PitonError} `IO_FAILED` when somebody else changed one meanwhile; system errors
 */
export function carryOut(files: readonly FileProposal[]): void {
  const done: FileProposal[] = [];
  try {
    for (const file of files) {
      if (file.before?.text === file.after?.text) continue;
      writeHookFile(file.place, file.before, file.after, file.madeFolders);
      done.push(file);
    }
  } catch (error) {
    for (const { place, before, madeFolders } of done.reverse()) {
      writeHookFile(place, readHookFile(place), before, madeFolders);
    }
    throw error;
  }
}
