import { createHash } from 'node:crypto';
import type { CheckpointContext } from '../checkpoint/context.js';
import { lookAtWorktree, type Look } from '../checkpoint/look.js';
import { loadScanCache } from '../checkpoint/scan-cache.js';
import { compareBytes, isWithin, pathToJson, type BytePath } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import type { FileEntry, HeadState, OperationOptions } from '../core/types.js';
import { hashOnlyBatch } from '../worktree/hash-only-batch.js';
import type { Scan } from '../worktree/scan.js';
import type { ArchiveMove } from './archive.js';
import type { JournalOperation } from './journal.js';
import type { PresentState } from './knowledge.js';
import { pathsTakenBack } from './paths-taken-back.js';
import { proposeRollback, type RollbackProposal } from './propose.js';
import { findReturns, isPlaceFree, type Return } from './returns.js';
import { assertAsScanned } from './stays-as-scanned.js';
import type { ReturnStep } from './steps.js';
import { surveyWorktree, type Survey } from './survey.js';
import type { Target } from './target.js';
import type { Retired } from './trash-record.js';
import {
  findUncapturedArtifacts,
  withoutMoved,
  type UncapturedArtifacts,
} from './uncaptured-artifacts.js';

/** What to roll back. */
export interface RollbackScope {
  operation: JournalOperation;
  /** Files or folders; null for everything. */
  paths: readonly BytePath[] | null;
  /** Whether HEAD and its branch go back too. */
  moveHead: boolean;
  /** What is moved into an archive, or back out of one. */
  archive: ArchiveMove | null;
}

/** Everything a rollback would do. */
export interface Rehearsal {
  look: Look;
  head: HeadState;
  proposal: RollbackProposal;
  survey: Survey;
  /** What comes back from the trash. */
  returns: ReturnStep[];
  /** What was retired from the state that is gone back to, and does not come back. */
  held: Retired[];
  /** Names worktree, staging area, HEAD, target and scope: the same token, the same rollback. */
  token: string;
}

/**
 * Paths that a safety checkpoint must hold although a rule of today ignores them: those that the
 * target has, and those that it looked for and did not find.
 */
export function pathsToCapture({ entries, manifest }: Target): BytePath[] {
  return [...entries.map(({ path }) => path), ...manifest.looked_at];
}

/** @throws {PitonError} `USAGE` for a path that neither the checkpoint nor the worktree has. */
function assertPathsKnown(
  { paths }: RollbackScope,
  ...lists: readonly (readonly FileEntry[])[]
): void {
  for (const path of paths ?? []) {
    if (lists.some((list) => list.some((entry) => isWithin(entry.path, path)))) continue;
    throw new PitonError('USAGE', 'nothing is captured at a path that was named', {
      hint: "'piton show' lists what a checkpoint holds; ignored files are not rolled back",
      details: { path: pathToJson(path) },
    });
  }
}

/** Compares what was seen with the target. */
export function rehearse(
  { repository }: CheckpointContext,
  target: Target,
  scope: RollbackScope,
  seen: { look: Look; head: HeadState },
): Rehearsal {
  const { root, stateDir } = repository;
  const { scan } = seen.look;
  const isTakingBack = scope.operation === 'undo' || scope.operation === 'redo';
  // Taking back must go on whatever became of the paths since.
  if (!isTakingBack) assertPathsKnown(scope, target.entries, scan.entries);
  const { checkpoint_id: safetyCheckpointId } = target.checkpoint;
  const inTrash = findReturns(root, stateDir, { safetyCheckpointId, entries: target.entries });
  const chosenPaths = isTakingBack
    ? pathsTakenBack(scope.paths, target.entries, inTrash)
    : scope.paths;
  const isMeant = ({ path }: { path: BytePath }): boolean =>
    chosenPaths?.some((chosen) => isWithin(path, chosen)) ?? true;
  const returns = inTrash.returns.filter(({ step }) => isMeant(step));
  const compared = (back: readonly Return[]): Pick<Rehearsal, 'proposal' | 'survey'> => {
    const paths = back.map(({ step }) => step.path);
    const proposed = proposeRollback({
      ...{ present, uncaptured, returns: paths, paths: chosenPaths },
      goesAbove: isTakingBack,
      ...{ target: target.entries, knowledge: target.knowledge },
      fromArchive: target.fromArchive?.files,
    });
    const survey = surveyWorktree(root, proposed, paths);
    assertAsScanned(proposed, survey, scan.entries);
    // The checkpoint's own files go into such a folder, and who knows what is there already.
    const folders = present.notCaptured.filter((path) => survey.presentFolders.has(path));
    const stays = folders.map((path) => ({ path, reason: 'not_captured' as const }));
    return { proposal: withLeft(proposed, [...uncaptured.left, ...stays]), survey };
  };
  const { present, uncaptured } = presentState(root, scan, scope.archive);
  let { proposal, survey } = compared(returns);
  const [free, taken] = partition(returns, (one) => isPlaceFree(one, survey));
  if (taken.length > 0) ({ proposal, survey } = compared(free));
  replaceSharedFiles(proposal, survey, scan.entries);
  const blocked = taken.map(({ step, to }) => ({ path: step.path, to }));
  return {
    ...seen,
    ...{ proposal, survey, returns: free.map(({ step }) => step) },
    held: [...inTrash.held.filter(isMeant), ...blocked],
    token: tokenOf(target, scope, seen),
  };
}

function partition<T>(list: readonly T[], accepts: (one: T) => boolean): [T[], T[]] {
  return [list.filter(accepts), list.filter((one) => !accepts(one))];
}

/** What the scan saw, and what of a correction's artifacts it did not capture. */
function presentState(
  root: string,
  scan: Scan,
  archive: ArchiveMove | null,
): { present: PresentState; uncaptured: UncapturedArtifacts } {
  // A file that never held still is captured as it was read last.
  const isCaptured = (path: BytePath): boolean => scan.entries.some((entry) => entry.path === path);
  const present: PresentState = {
    entries: scan.entries,
    ignored: scan.ignored,
    notCaptured: scan.notCaptured
      .filter(({ path, reason }) => reason !== 'unstable' || !isCaptured(path))
      .map(({ path }) => path),
    nestedRepositories: scan.nestedRepositories,
  };
  const artifacts = archive?.direction === 'into' ? archive.artifacts : [];
  const paths = artifacts.map(({ path }) => path);
  const uncaptured = findUncapturedArtifacts(root, paths, present);
  return { present: withoutMoved(present, uncaptured), uncaptured };
}

function withLeft(proposal: RollbackProposal, left: RollbackProposal['left']): RollbackProposal {
  const told = new Set(proposal.left.map(({ path }) => path));
  const all = [...proposal.left, ...left.filter(({ path }) => !told.has(path))];
  return { ...proposal, left: all.sort((one, other) => compareBytes(one.path, other.path)) };
}

/**
 * A file with several names would change its mode under all of them, also outside the workspace:
 * it is replaced instead.
 */
function replaceSharedFiles(
  proposal: RollbackProposal,
  survey: Survey,
  present: readonly FileEntry[],
): void {
  const isShared = ({ path }: FileEntry): boolean => (survey.stat(path)?.nlink ?? 1n) > 1n;
  const shared = proposal.modes.filter(isShared);
  if (shared.length === 0) return;
  const byPath = new Map(present.map((entry) => [entry.path, entry]));
  proposal.modes = proposal.modes.filter((entry) => !isShared(entry));
  for (const entry of shared) {
    proposal.writes.push({ entry, replaces: byPath.get(entry.path) ?? null });
  }
}

/** Looks at the worktree without storing anything, and compares it with the target. */
export async function rehearseRollback(
  context: CheckpointContext,
  target: Target,
  scope: RollbackScope,
  options: OperationOptions,
): Promise<Rehearsal> {
  const { cache } = await loadScanCache(context);
  const look = await lookAtWorktree(context, {
    ...options,
    batch: hashOnlyBatch(context.repository.algorithm),
    alsoCapture: pathsToCapture(target),
    cache: cache ?? undefined,
    cacheVouched: true,
  });
  return rehearse(context, target, scope, { look, head: await context.refs.readHead() });
}

/** The digest of the staging area as it is, or null when there is none. */
export function presentStagingDigest(look: Look): string | null {
  return look.staging?.digest ?? null;
}

export function tokenOf(
  target: Target,
  scope: RollbackScope,
  { look, head }: { look: Look; head: HeadState },
): string {
  const facts = {
    target: [target.checkpoint.commit, target.sidecar.commit],
    tree: look.scan.tree,
    not_captured: look.scan.notCaptured.map(({ path, reason }) => [pathToJson(path), reason]),
    staging: presentStagingDigest(look),
    head: [head.ref, head.commit],
    paths: scope.paths?.map(pathToJson) ?? null,
    move_head: scope.moveHead,
    ...(scope.archive !== null && { archive: archiveFacts(scope.archive) }),
  };
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32);
}

/** A dry run of a correction does not know its id yet. */
function archiveFacts(archive: ArchiveMove): unknown {
  if (archive.direction === 'out') return archive;
  return archive.artifacts.map(({ path, decisionId }) => [pathToJson(path), decisionId]);
}

/** @throws {PitonError} `STALE_TOKEN` when the token is of another rollback. */
export function assertToken(given: string | null, actual: string): void {
  if (given === null || given === actual) return;
  throw new PitonError('STALE_TOKEN', 'this is no longer the rollback that was proposed', {
    hint: 'the worktree, HEAD or the checkpoint has changed: look at it again with --dry-run',
  });
}
