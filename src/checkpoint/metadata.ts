import { isoTime } from '../core/clock.js';
import { PitonError } from '../core/errors.js';
import { isId, timeOfId } from '../core/ids.js';
import type { HeadState, ObjectId } from '../core/types.js';
import type { DecodedCommit } from '../store/objects/object-format.js';
import type { Ref } from '../store/ref-store.js';
import { parseCheckpointRef } from './ref-names.js';
import {
  findVersion,
  foldReason,
  formatMessage,
  isSingleLine,
  parseMessage,
  type Trailers,
} from './trailers.js';

export const CHECKPOINT_KINDS = [
  'manual',
  'step',
  'interval',
  'pre_decision',
  'pre_rollback',
  'pre_run',
  'hook',
  'watch',
] as const;

export type CheckpointKind = (typeof CHECKPOINT_KINDS)[number];

/** What a checkpoint's commit message holds. */
export interface CheckpointMetadata {
  checkpoint_id: string;
  plan_id: string;
  kind: CheckpointKind;
  name: string | null;
  reason: string;
  /** The tool that asked for it. */
  source: string | null;
  phase: string | null;
  /** The plan's last completed step at creation; -1 when none was. */
  step: number;
  /** The branch HEAD was on; null when detached. */
  head_ref: string | null;
  /** Entries of the tree. */
  files: number;
  /** Paths that were seen and not captured. */
  not_captured: number;
}

/** A checkpoint as it is told to users; keys as in the JSON of the command line. */
export interface Checkpoint extends Omit<CheckpointMetadata, 'head_ref'> {
  commit: ObjectId;
  tree: ObjectId;
  ref: string;
  /** ISO 8601 UTC; the time that the id carries. */
  created_at: string;
  head: HeadState;
}

const VERSION = '1';
const DETACHED = 'detached';

/** What stands in the subject when nobody gave a reason. */
function defaultReason({ kind, step }: Pick<CheckpointMetadata, 'kind' | 'step'>): string {
  switch (kind) {
    case 'step':
      return `after step ${step}`;
    case 'interval':
      return 'at an interval';
    case 'pre_decision':
      return 'before a decision';
    case 'pre_rollback':
      return 'before a rollback';
    case 'pre_run':
      return 'before a run';
    case 'hook':
      return 'from a hook';
    case 'watch':
      return 'while watching';
    case 'manual':
      return 'checkpoint';
  }
}

/** The reason as it comes back from the commit: folded, and never empty. */
export function reasonFor(
  reason: string | null | undefined,
  about: Pick<CheckpointMetadata, 'kind' | 'step'>,
): string {
  return foldReason(reason ?? '') || defaultReason(about);
}

function isHeadRef(ref: string): boolean {
  return /^refs\/\S+$/.test(ref) && isSingleLine(ref);
}

function headTrailer(ref: string | null): string {
  if (ref === null) return DETACHED;
  if (isHeadRef(ref)) return ref;
  throw new PitonError('UNSUPPORTED_REPOSITORY', 'HEAD points at something that is no ref', {
    hint: "look at it with 'git symbolic-ref HEAD', and switch to a branch",
    details: { head: ref },
  });
}

function count(text: string | undefined, least: number): number | null {
  if (text === undefined || !/^(?:0|-?[1-9][0-9]{0,14})$/.test(text)) return null;
  const number = Number(text);
  return number >= least ? number : null;
}

/** The metadata, or null when the message is not exactly what piton writes. */
function metadataFrom(message: string): CheckpointMetadata | null {
  const parsed = parseMessage(message);
  if (parsed === null) return null;
  const { reason, trailers } = parsed;
  const checkpoint_id = trailers['Piton-Checkpoint'] ?? '';
  const plan_id = trailers['Piton-Plan'] ?? '';
  const kind = CHECKPOINT_KINDS.find((known) => known === trailers['Piton-Kind']);
  const step = count(trailers['Piton-Step'], -1);
  const files = count(trailers['Piton-Files'], 0);
  const not_captured = count(trailers['Piton-Not-Captured'], 0);
  const head = trailers['Piton-Head'] ?? '';
  const head_ref = head === DETACHED ? null : head;
  if (!isId(checkpoint_id) || !isId(plan_id) || kind === undefined) return null;
  if (step === null || files === null || not_captured === null) return null;
  if (head_ref !== null && !isHeadRef(head_ref)) return null;
  const phase = trailers['Piton-Phase'] ?? null;
  const source = trailers['Piton-Source'] ?? null;
  const name = trailers['Piton-Name'] ?? null;
  return {
    ...{ checkpoint_id, plan_id, kind, name, reason, source, phase, step },
    ...{ head_ref, files, not_captured },
  };
}

/**
 * The commit message of a checkpoint; `reason` is folded, and replaced when empty.
 * @throws {PitonError} `USAGE` when name, source or phase is empty or not a single line;
 * `UNSUPPORTED_REPOSITORY` when HEAD's ref is not one; `INTERNAL` for other values that are wrong.
 */
export function formatCheckpointMessage(metadata: CheckpointMetadata): string {
  const trailers: Trailers = {
    'Piton-Checkpoint': metadata.checkpoint_id,
    'Piton-Plan': metadata.plan_id,
    'Piton-Kind': metadata.kind,
    'Piton-Step': String(metadata.step),
    ...(metadata.phase !== null && { 'Piton-Phase': metadata.phase }),
    ...(metadata.source !== null && { 'Piton-Source': metadata.source }),
    ...(metadata.name !== null && { 'Piton-Name': metadata.name }),
    'Piton-Head': headTrailer(metadata.head_ref),
    'Piton-Files': String(metadata.files),
    'Piton-Not-Captured': String(metadata.not_captured),
    'Piton-Version': VERSION,
  };
  const message = formatMessage({ reason: reasonFor(metadata.reason, metadata), trailers });
  if (metadataFrom(message) !== null) return message;
  throw new PitonError('INTERNAL', 'a checkpoint would have trailers that cannot be read back', {
    details: { trailers },
  });
}

function checkpointDamaged(problem: string, ref: string): PitonError {
  return new PitonError('STATE_DAMAGED', `this is not a checkpoint of piton: ${problem}`, {
    hint: "run 'piton doctor' to see what is wrong, and delete the ref if it is not yours",
    details: { ref },
  });
}

function parseCheckpointMessage(message: string, ref: string): CheckpointMetadata {
  const found = findVersion(message);
  if (found !== undefined && found !== VERSION) {
    throw new PitonError('UNSUPPORTED_FORMAT', 'a checkpoint was made by another piton', {
      hint: 'use the piton that made it, or a newer one',
      details: { ref, expected: VERSION, found },
    });
  }
  const metadata = found === undefined ? null : metadataFrom(message);
  if (metadata === null) throw checkpointDamaged('its trailers are not as piton writes them', ref);
  return metadata;
}

/**
 * A checkpoint from its ref and the commit that the ref points at.
 * @throws {PitonError} `STATE_DAMAGED` with `details.ref` when the commit is none of piton's, has
 * more than one parent, or belongs to another ref; `UNSUPPORTED_FORMAT` with `expected` and `found`
 * for another version.
 */
export function checkpointFromCommit(ref: Ref, commit: DecodedCommit): Checkpoint {
  const key = parseCheckpointRef(ref.name);
  const { head_ref, ...metadata } = parseCheckpointMessage(commit.message, ref.name);
  if (key?.checkpointId !== metadata.checkpoint_id || key.planId !== metadata.plan_id) {
    throw checkpointDamaged('its trailers name another checkpoint', ref.name);
  }
  if (commit.parents.length > 1) {
    throw checkpointDamaged('it has more than one parent', ref.name);
  }
  return {
    ...metadata,
    commit: ref.oid,
    tree: commit.tree,
    ref: ref.name,
    created_at: isoTime(timeOfId(metadata.checkpoint_id)),
    head: { ref: head_ref, commit: commit.parents[0] ?? null },
  };
}
