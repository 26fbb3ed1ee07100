import { join } from 'node:path';
import type { CheckpointContext } from '../checkpoint/context.js';
import { createCheckpoint, type Created, type CreateRequest } from '../checkpoint/create.js';
import type { Look } from '../checkpoint/look.js';
import type { Checkpoint } from '../checkpoint/metadata.js';
import { loadScanCache } from '../checkpoint/scan-cache.js';
import { formatCheckpointRef, formatStateRef } from '../checkpoint/ref-names.js';
import { isSameHead } from '../checkpoint/same-view.js';
import { isoTime } from '../core/clock.js';
import { PitonError } from '../core/errors.js';
import { nextId } from '../core/ids.js';
import { LIMITS } from '../core/limits.js';
import type { HeadState, ObjectId, OperationOptions } from '../core/types.js';
import { writeAtomic } from '../disk/atomic-write.js';
import { readBounded } from '../disk/read.js';
import { withoutLostObjects } from '../worktree/staging-area/lost-objects.js';
import type { RefEdit } from '../store/ref-store.js';
import type { StatCache } from '../worktree/stat-cache.js';
import { absentAndIgnored } from './absent-and-ignored.js';
import { applyOperation, leftoversWarning } from './apply.js';
import { Areas } from './areas.js';
import type { RollbackContext } from './context.js';
import { assertNoOperationInProgress, assertNotCheckedOutElsewhere } from './guards.js';
import { stageIndex, type IndexContents } from './index-swap.js';
import type { HeadSwap, Journal, JournalOperation, PlansAfter } from './journal.js';
import { prepareSteps } from './prepare.js';
import {
  assertToken,
  pathsToCapture,
  presentStagingDigest,
  rehearse,
  tokenOf,
  type Rehearsal,
  type RollbackScope,
} from './rehearse.js';
import { archivedBy, journalArchive, type Archived } from './settle-archive.js';
import type { Retired } from './trash-record.js';
import { readTarget, type Target } from './target.js';

export type RollbackWorkspace = CheckpointContext & RollbackContext;

export interface RollbackRequest extends OperationOptions, RollbackScope {
  operation: JournalOperation;
  planId: string;
  target: Checkpoint;
  /** Also while git is in the middle of a merge or rebase. */
  force: boolean;
  /** From a dry run, or null. */
  token: string | null;
  /** What the safety checkpoint says of the plan. */
  safety: Pick<
    CreateRequest,
    'planState' | 'planStateDigest' | 'newestId' | 'latest' | 'phase' | 'step' | 'reason'
  >;
  /** Called with the safety checkpoint's id just before it stands. */
  announceSafety: (checkpointId: string) => void;
  /** The plans once the rollback stands, the one that is rolled back first. */
  plansAfter: (safetyCheckpointId: string, head: HeadSwap | null) => PlansAfter;
  /** When a rollback that moved HEAD is taken back: the branch that it moved. */
  alsoBranch: RefEdit | null;
}

export interface RollbackResult {
  target: Target;
  rehearsal: Rehearsal;
  safety: Checkpoint;
  retired: Retired[];
  archived: Archived[];
  outlook: Outlook;
}

/** What happens to HEAD and the staging area. */
export interface Outlook {
  headMoved: boolean;
  headRestored: boolean;
  stagingRestored: boolean;
  stagingReason: 'head_moved' | 'paths_only' | null;
}

/** What a rollback of this scope means for HEAD and the staging area. */
export function outlookOf(target: Target, scope: RollbackScope, head: HeadState): Outlook {
  const at = target.manifest.head;
  const headMoved = !isSameHead(at, head);
  const headRestored = scope.moveHead && headMoved;
  const isSameCommit = at.commit === head.commit;
  if (scope.paths !== null) {
    return { headMoved, headRestored, stagingRestored: false, stagingReason: 'paths_only' };
  }
  const stagingRestored = headRestored || isSameCommit;
  return {
    headMoved,
    headRestored,
    stagingRestored,
    stagingReason: stagingRestored ? null : 'head_moved',
  };
}

class Rollback {
  readonly #workspace: RollbackWorkspace;
  readonly #request: RollbackRequest;
  readonly #target: Target;
  #lastScan: StatCache | null = null;

  constructor(workspace: RollbackWorkspace, request: RollbackRequest, target: Target) {
    this.#workspace = workspace;
    this.#request = request;
    this.#target = target;
  }

  async run(): Promise<RollbackResult> {
    const head = await this.#workspace.refs.readHead();
    const outlook = outlookOf(this.#target, this.#request, head);
    const headSwap = outlook.headRestored ? await this.#headSwap(head) : null;
    this.#lastScan = (await loadScanCache(this.#workspace)).cache;
    const created = await this.#takeSafetyCheckpoint(headSwap);
    const safety = created.checkpoint;
    try {
      const { look } = created;
      const seen = { look, head };
      const rehearsal = rehearse(this.#workspace, this.#target, this.#request, seen);
      const moved = await this.#carryOut(rehearsal, safety, outlook, headSwap);
      return { target: this.#target, rehearsal, safety, ...moved, outlook };
    } catch (error) {
      await this.#dropAfter(error, safety);
      throw error;
    }
  }

  async #headSwap(from: HeadState): Promise<HeadSwap> {
    const to = this.#target.manifest.head;
    // An undo goes back to where HEAD was, born or not: what its branch gained is kept reachable.
    if (to.commit === null && this.#request.operation === 'rollback') {
      throw new PitonError('USAGE', 'the checkpoint is older than the first commit', {
        hint: 'roll back without --head: HEAD cannot be moved to before its first commit',
      });
    }
    const { refs, repository } = this.#workspace;
    if (to.ref !== null) assertNotCheckedOutElsewhere(to.ref, repository);
    const branchBefore = to.ref === null ? null : await refs.read(to.ref);
    const { alsoBranch } = this.#request;
    const isThere = alsoBranch !== null && alsoBranch.name !== to.ref;
    const stands = isThere && (await refs.read(alsoBranch.name)) === alsoBranch.expected;
    return { from, to, branchBefore, alsoBranch: stands ? alsoBranch : null };
  }

  async #takeSafetyCheckpoint(headSwap: HeadSwap | null): Promise<Created> {
    const { safety, planId, token, signal, onProgress } = this.#request;
    const left = [headSwap?.branchBefore ?? null, headSwap?.alsoBranch?.expected ?? null];
    const keeps = left.filter((oid): oid is ObjectId => oid !== null);
    return createCheckpoint(this.#workspace, {
      ...safety,
      planId,
      kind: 'pre_rollback',
      name: null,
      source: null,
      always: true,
      includeIgnored: false,
      alsoCapture: pathsToCapture(this.#target),
      lookedAt: (look) => absentAndIgnored(look, this.#target),
      keeps,
      announce: this.#request.announceSafety,
      check: (look, head) => {
        if (token === null) return;
        assertToken(token, tokenOf(this.#target, this.#request, { look, head }));
      },
      signal,
      onProgress,
    });
  }

  async #carryOut(
    rehearsal: Rehearsal,
    safety: Checkpoint,
    outlook: Outlook,
    head: HeadSwap | null,
  ): Promise<Pick<RollbackResult, 'retired' | 'archived'>> {
    const { root, stateDir, durability, objects, clock } = this.#workspace;
    const { signal, onProgress, operation, planId, archive } = this.#request;
    const id = nextId(clock.now());
    const areas = new Areas({ root, stateDir, durability, id });
    const { proposal, survey, look, returns } = rehearsal;
    try {
      const steps = await prepareSteps(
        {
          ...{ root, stateDir, durability, id, objects },
          lastScan: this.#lastScan,
          ...{ proposal, survey, returns, scan: look.scan, signal, onProgress, archive },
          fromArchive: this.#target.fromArchive,
        },
        areas,
      );
      const index = outlook.stagingRestored ? await this.#stageIndex(look, areas) : null;
      areas.close();
      const journal: Journal = {
        ...{ operation, id, planId, steps, index, head, areas: areas.list },
        checkpointId: this.#target.checkpoint.checkpoint_id,
        safetyCheckpointId: safety.checkpoint_id,
        startedAt: isoTime(clock.now()),
        archive: archive && journalArchive(archive, { steps, areas: areas.list }),
        plansAfter: this.#request.plansAfter(safety.checkpoint_id, head),
      };
      const retired = await applyOperation(this.#workspace, journal, { signal, onProgress });
      return { retired, archived: archivedBy(journal) };
    } finally {
      this.#clearStaged(areas);
    }
  }

  /** What is left behind is swept by the next rollback: it must not turn success to failure. */
  #clearStaged(areas: Areas): void {
    try {
      areas.removeStaged();
      areas.removeIfEmpty();
    } catch (error) {
      this.#workspace.warn(leftoversWarning(error));
    }
  }

  async #stageIndex(look: Look, areas: Areas): Promise<Journal['index']> {
    const recorded = this.#target.manifest.staging_area;
    if ((recorded?.digest ?? null) === presentStagingDigest(look)) return null;
    const bytes = await this.#target.sidecar.readIndex();
    const before = look.staging;
    if (recorded === null || bytes === null) return stageIndex(null, before, areas);
    await this.#provideSharedIndex(recorded.shared);
    const { objects, repository } = this.#workspace;
    const contents: IndexContents = {
      bytes: withoutLostObjects(bytes, repository.algorithm, (oid) => objects.has(oid)),
      mtimeNs: BigInt(recorded.mtime_ns),
      mode: recorded.mode,
    };
    return stageIndex(contents, before, areas);
  }

  /** Git may have cleaned up the file that a split index shares its entries with. */
  async #provideSharedIndex(name: string | null): Promise<void> {
    if (name === null) return;
    const path = join(this.#workspace.gitDir, name);
    if (readBounded(path, LIMITS.indexFileBytes) !== null) return;
    const bytes = await this.#target.sidecar.readSharedIndex();
    if (bytes !== null) writeAtomic(path, bytes, { durability: this.#workspace.durability });
  }

  /** A rollback that changed nothing leaves no safety checkpoint behind. */
  async #dropAfter(error: unknown, safety: Checkpoint): Promise<void> {
    if (error instanceof PitonError && error.code === 'RECOVERY_FAILED') return;
    try {
      await dropCheckpoint(this.#workspace, safety.plan_id, safety.checkpoint_id);
    } catch (failure) {
      // What made the rollback fail is what its user must hear of.
      const { message, ...warning } = leftoversWarning(failure);
      const which = `the safety checkpoint ${safety.checkpoint_id} is still there`;
      this.#workspace.warn({ ...warning, message: `${which}; ${message}` });
    }
  }
}

/** Deletes the refs of a checkpoint, if they are there: the checkpoint's own one first. */
export async function dropCheckpoint(
  { refs }: Pick<CheckpointContext, 'refs'>,
  planId: string,
  checkpointId: string,
): Promise<void> {
  const key = { planId, checkpointId };
  for (const name of [formatCheckpointRef(key), formatStateRef(key)]) {
    const value = await refs.read(name);
    if (value !== null) await refs.transact([{ name, expected: value, value: null }]);
  }
}

/**
 * Rolls the worktree back to a checkpoint, all or nothing: safety checkpoint, proposal, new
 * contents staged and verified, then journal, steps and commit point. The caller holds the lock
 * and has recovered whatever was unfinished.
 * @throws {PitonError} `OPERATION_IN_PROGRESS`, `STALE_TOKEN`, `OBJECT_DAMAGED`, `UNSAFE_PATH`,
 * `NO_SPACE`…, with everything as before; `RECOVERY_FAILED` when it could not be put back.
 */
export async function rollBack(
  workspace: RollbackWorkspace,
  request: RollbackRequest,
): Promise<RollbackResult> {
  if (!request.force) assertNoOperationInProgress(workspace.gitDir);
  const target = await readTarget(request.target, workspace, request);
  return new Rollback(workspace, request, target).run();
}
