/*
 * The journal makes a rollback all or nothing. While it lies in the state directory an operation is
 * unfinished, and whoever takes the workspace lock next ends it before doing anything else.
 *
 *          writeJournal        commitJournal       finishOperation
 *     none ───────────▶ applying ───────────▶ committed ───────────▶ none
 *      ▲                 │    ▲                   │
 *      └─ undoOperation ─┘    └─ uncommitJournal ─┘
 *
 * none       Worktree, staging area, HEAD and plan file are true. Slots in the trash are what the
 *            last operation replaced; staged contents are litter.
 * applying   Any prefix of the steps may have been taken, the last one in part. The plan file is as
 *            before. Per step the disk tells: a filled slot was retired, a path that is the staged
 *            file was placed. Nothing else about the worktree may be trusted.
 * committed  All steps are taken. The files of the plan and its subplans may each be as before or
 *            as after; the journal holds them whole. Back to `applying` only by the process that
 *            committed, when the plan's own file, the first, could not be written: nobody has seen
 *            the commit yet, for the lock is still held.
 *
 * Invariants
 *  1. The journal is complete and on disk before the first step, and never changes but by name.
 *  2. All contents that steps place were read, verified and staged before the journal was written.
 *  3. A step moves; it never deletes and never overwrites. What was at a path is in its slot.
 *  4. A slot is emptied for good only after a later operation has been committed, and only of what
 *     a safety checkpoint holds; all else stays in `kept`.
 *  5. Undoing and finishing may be cut off anywhere and started again.
 */
import { createHash } from 'node:crypto';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { asBytePath, pathFromJson, pathToJson, ROOT, type JsonPath } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { Durability, HeadState, ObjectId } from '../core/types.js';
import type { AnchoredDirectory } from '../disk/anchored-directory.js';
import { AnchoredRoot } from '../disk/anchored-root.js';
import { syncDirectory, writeAtomic } from '../disk/atomic-write.js';
import { readBounded } from '../disk/read.js';
import { ensureRealDirectory } from '../disk/real-directory.js';
import { removeFile } from '../disk/remove-file.js';
import type { RefEdit } from '../store/ref-store.js';
import type { JournalArchive } from './archive.js';
import { isJournal } from './journal-schema.js';
import type { Area, FileState, Step } from './steps.js';

export type JournalOperation = 'rollback' | 'correction' | 'undo' | 'redo';

/** The staging area's file in a rollback. */
export interface IndexSwap {
  /** How the new file looks where it was staged. */
  staged: FileState;
  /** The checkpoint had no staging area: the file goes, and the staged one is only a lock. */
  isRemoval: boolean;
  /** SHA-256 (hex) of the file that is replaced, as the safety checkpoint holds it; null: none. */
  before: string | null;
}

export interface HeadSwap {
  from: HeadState;
  to: HeadState;
  /** What the branch of `to` points at before. */
  branchBefore: ObjectId | null;
  /** A branch that HEAD had moved in the rollback that is taken back. */
  alsoBranch: RefEdit | null;
}

/** A plan as its file is to hold it. */
type PlanRecord = Record<string, unknown>;

/** The operation's own plan, then the plans below it that change with it. */
export type PlansAfter = [PlanRecord, ...PlanRecord[]];

/** Everything that finishing or undoing an operation needs. */
export interface Journal {
  operation: JournalOperation;
  id: string;
  planId: string;
  checkpointId: string;
  safetyCheckpointId: string;
  /** ISO 8601. */
  startedAt: string;
  areas: Area[];
  steps: Step[];
  index: IndexSwap | null;
  head: HeadSwap | null;
  /** The archive that it fills or empties. */
  archive: JournalArchive | null;
  /** The plans whole as they will be, written right after the commit point. */
  plansAfter: PlansAfter;
}

const VERSION = 1;
const OPEN_NAME = 'journal';
const COMMITTED_NAME = 'journal.committed';

type JsonStep = Omit<Step, 'path'> & { path: JsonPath };

function journalError(path: string, problem: string, cause?: unknown): PitonError {
  return new PitonError('RECOVERY_FAILED', `the journal ${path} cannot be read: ${problem}`, {
    hint:
      'nothing was changed; take what you miss from trash beside the journal, then move the ' +
      'journal aside',
    details: { path, problem },
    cause,
  });
}

/**
 * The journal's file.
 * @param maxBytes what `readJournal` reads; tests give less.
 * @throws {PitonError} `UNSUPPORTED_REPOSITORY` when it would be larger than can be read again.
 */
export function formatJournal(journal: Journal, maxBytes: number = LIMITS.journalBytes): Buffer {
  const steps = journal.steps.map((step) => ({ ...step, path: pathToJson(step.path) }));
  const body = Buffer.from(JSON.stringify({ version: VERSION, ...journal, steps }), 'utf8');
  const checksum = createHash('sha256').update(body).digest('hex');
  const bytes = Buffer.concat([Buffer.from(`${checksum}\n`, 'latin1'), body]);
  if (bytes.length <= maxBytes) return bytes;
  throw new PitonError('UNSUPPORTED_REPOSITORY', 'too much would change in one rollback', {
    hint: "roll back one folder after another with '--path'",
    details: { bytes: bytes.length, max_bytes: maxBytes },
  });
}

function parseJson(bytes: Buffer, path: string): Partial<Journal> & { version?: unknown } {
  try {
    return Object(JSON.parse(bytes.toString('utf8'))) as Partial<Journal>;
  } catch (error) {
    throw journalError(path, 'it is not JSON', error);
  }
}

function isWellFormed(value: object, path: string): value is JsonJournal {
  try {
    return isJournal(value);
  } catch (error) {
    if (!(error instanceof PitonError)) throw error;
    throw journalError(path, error.message, error);
  }
}

interface JsonJournal extends Omit<Journal, 'steps' | 'archive'> {
  steps: JsonStep[];
  /** Absent in journals from before there were archives, which may still lie in the trash. */
  archive?: JournalArchive | null;
}

/** @throws {PitonError} `RECOVERY_FAILED` when the bytes are not what `formatJournal` made. */
export function parseJournal(bytes: Buffer, path: string): Journal {
  const end = bytes.indexOf(0x0a);
  const body = bytes.subarray(end + 1);
  const checksum = createHash('sha256').update(body).digest('hex');
  if (end < 0 || bytes.toString('latin1', 0, end) !== checksum) {
    throw journalError(path, 'its checksum is wrong');
  }
  const value = parseJson(body, path);
  if (value.version !== VERSION) {
    throw new PitonError('UNSUPPORTED_FORMAT', `the journal ${path} is of another version`, {
      hint: 'run the version of piton that wrote it',
      details: { path, expected: VERSION, found: value.version },
    });
  }
  if (!isWellFormed(value, path)) {
    throw journalError(path, 'a field is missing or of the wrong type');
  }
  const steps = value.steps.map((step) => ({ ...step, path: pathFromJson(step.path) }));
  return { ...value, steps, archive: value.archive ?? null };
}

export interface FoundJournal {
  journal: Journal;
  isCommitted: boolean;
}

/** What is no file, or too large for one of ours, stops everything as a damaged journal does. */
function readJournalBytes(path: string): Buffer | null {
  try {
    return readBounded(path, LIMITS.journalBytes);
  } catch (error) {
    if (!(error instanceof PitonError)) throw error;
    throw journalError(path, error.message, error);
  }
}

function readJournalFile(path: string): Journal | null {
  const bytes = readJournalBytes(path);
  return bytes === null ? null : parseJournal(bytes, path);
}

/** The unfinished operation of a workspace, or null. */
export function readJournal(stateDir: string): FoundJournal | null {
  const committed = readJournalFile(join(stateDir, COMMITTED_NAME));
  if (committed !== null) return { journal: committed, isCommitted: true };
  const open = readJournalFile(join(stateDir, OPEN_NAME));
  return open === null ? null : { journal: open, isCommitted: false };
}

export function writeJournal(stateDir: string, journal: Journal, durability: Durability): void {
  writeAtomic(join(stateDir, OPEN_NAME), formatJournal(journal), { durability });
}

/** The commit point: from here on the operation is finished, never undone. */
export function commitJournal(stateDir: string, durability: Durability): void {
  renameSync(join(stateDir, OPEN_NAME), join(stateDir, COMMITTED_NAME));
  if (durability === 'full') syncDirectory(stateDir);
}

/** Takes the commit point back, when what had to follow at once could not be done. */
export function uncommitJournal(stateDir: string): void {
  renameSync(join(stateDir, COMMITTED_NAME), join(stateDir, OPEN_NAME));
}

const TRASH = 'trash';
const FILED_NAME = asBytePath('journal');

/** Uses the trash of an operation, which is reached through no link. */
function inTrash<T>(
  stateDir: string,
  id: string,
  use: (folder: AnchoredDirectory, state: AnchoredDirectory) => T,
): T {
  const root = AnchoredRoot.open(stateDir);
  try {
    return root.within(asBytePath(`${TRASH}/${id}`), (folder) =>
      root.within(ROOT, (state) => use(folder, state)),
    );
  } finally {
    root.close();
  }
}

/** Puts the journal of a finished operation into its trash: the operation has ended. */
export function fileJournal(stateDir: string, id: string): void {
  ensureRealDirectory(stateDir, `${TRASH}/${id}`, 'fast');
  inTrash(stateDir, id, (folder, state) => {
    state.rename(asBytePath(COMMITTED_NAME), folder, FILED_NAME);
  });
}

/** The journal of an earlier operation, or null when there is none to be read. */
export function readFiledJournal(stateDir: string, id: string): Journal | null {
  try {
    return inTrash(stateDir, id, (folder) => readJournalFile(folder.pathOf(FILED_NAME).toString()));
  } catch (error) {
    if (error instanceof PitonError) return null;
    throw error;
  }
}

export function removeFiledJournal(stateDir: string, id: string): void {
  inTrash(stateDir, id, (folder) => {
    folder.unlink(FILED_NAME);
  });
}

export function removeJournal(stateDir: string): void {
  for (const name of [OPEN_NAME, COMMITTED_NAME]) removeFile(join(stateDir, name));
}
