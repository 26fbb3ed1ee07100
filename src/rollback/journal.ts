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
import { mkdirSync, renameSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathFromJson, pathToJson, type JsonPath } from '../core/byte-path.js';
import { PitonError, systemErrorCode } from '../core/errors.js';
import { isId } from '../core/ids.js';
import { LIMITS } from '../core/limits.js';
import type { Durability, HeadState, ObjectId } from '../core/types.js';
import { syncDirectory, writeAtomic } from '../disk/atomic-write.js';
import { readBounded } from '../disk/read.js';
import type { RefEdit } from '../store/ref-store.js';
import { assertSafeTreePath } from '../worktree/safe-names.js';
import type { Area, FileState, Step } from './steps.js';

export type JournalOperation = 'rollback' | 'undo' | 'redo';

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
  /** The plans whole as they will be, written right after the commit point. */
  plansAfter: PlansAfter;
}

const VERSION = 1;
const OPEN_NAME = 'journal';
const COMMITTED_NAME = 'journal.committed';

type JsonStep = Omit<Step, 'path'> & { path: JsonPath };

function journalError(path: string, problem: string): PitonError {
  return new PitonError('RECOVERY_FAILED', `the journal ${path} cannot be read: ${problem}`, {
    hint: 'nothing was changed; what the operation set aside is in trash beside the journal',
    details: { path, problem },
  });
}

export function formatJournal(journal: Journal): Buffer {
  const steps = journal.steps.map((step) => ({ ...step, path: pathToJson(step.path) }));
  const body = Buffer.from(JSON.stringify({ version: VERSION, ...journal, steps }), 'utf8');
  const checksum = createHash('sha256').update(body).digest('hex');
  return Buffer.concat([Buffer.from(`${checksum}\n`, 'latin1'), body]);
}

const OPERATIONS: readonly string[] = ['rollback', 'undo', 'redo'];

function isWellFormed(value: Partial<Journal>): value is Journal {
  return (
    OPERATIONS.includes(value.operation ?? '') &&
    [value.id, value.planId, value.checkpointId, value.safetyCheckpointId].every(
      (id) => typeof id === 'string' && isId(id),
    ) &&
    Array.isArray(value.steps) &&
    Array.isArray(value.areas) &&
    Array.isArray(value.plansAfter) &&
    value.plansAfter.length > 0 &&
    value.plansAfter.every((plan: unknown) => typeof plan === 'object' && plan !== null)
  );
}

function parseStep(step: JsonStep): Step {
  const path = pathFromJson(step.path);
  assertSafeTreePath(path);
  return { ...step, path } as Step;
}

/** @throws {PitonError} `RECOVERY_FAILED` when the bytes are not what `formatJournal` made. */
export function parseJournal(bytes: Buffer, path: string): Journal {
  const end = bytes.indexOf(0x0a);
  const body = bytes.subarray(end + 1);
  const checksum = createHash('sha256').update(body).digest('hex');
  if (end < 0 || bytes.toString('latin1', 0, end) !== checksum) {
    throw journalError(path, 'its checksum is wrong');
  }
  const value = JSON.parse(body.toString('utf8')) as Journal & { version: unknown };
  if (value.version !== VERSION) {
    throw new PitonError('UNSUPPORTED_FORMAT', `the journal ${path} is of another version`, {
      hint: 'run the version of piton that wrote it',
      details: { path, expected: VERSION, found: value.version },
    });
  }
  if (!isWellFormed(value)) throw journalError(path, 'a field is missing or of the wrong type');
  return { ...value, steps: (value.steps as JsonStep[]).map(parseStep) };
}

export interface FoundJournal {
  journal: Journal;
  isCommitted: boolean;
}

function readJournalFile(path: string): Journal | null {
  const bytes = readBounded(path, LIMITS.manifestBytes);
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

function filedPath(stateDir: string, id: string): string {
  return join(stateDir, 'trash', id, 'journal');
}

/** Puts the journal of a finished operation into its trash: the operation has ended. */
export function fileJournal(stateDir: string, id: string): void {
  mkdirSync(join(stateDir, 'trash', id), { recursive: true });
  renameSync(join(stateDir, COMMITTED_NAME), filedPath(stateDir, id));
}

/** The journal of an earlier operation, or null when there is none to be read. */
export function readFiledJournal(stateDir: string, id: string): Journal | null {
  try {
    return readJournalFile(filedPath(stateDir, id));
  } catch (error) {
    if (error instanceof PitonError) return null;
    throw error;
  }
}

export function removeFiledJournal(stateDir: string, id: string): void {
  unlinkSync(filedPath(stateDir, id));
}

export function removeJournal(stateDir: string): void {
  for (const name of [OPEN_NAME, COMMITTED_NAME]) {
    try {
      unlinkSync(join(stateDir, name));
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
    }
  }
}
