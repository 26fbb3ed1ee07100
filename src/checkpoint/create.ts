import type { BytePath } from '../core/byte-path.js';
import { isoTime } from '../core/clock.js';
import { PitonError } from '../core/errors.js';
import { nextId, timeOfId } from '../core/ids.js';
import type { HeadState, ObjectId, OperationOptions } from '../core/types.js';
import type { ObjectBatch } from '../store/object-store.js';
import { emptyTreeId, encodeCommit, hashObject } from '../store/objects/object-format.js';
import type { RefEdit } from '../store/ref-store.js';
import { changesOf, diffEntries, type FileChange } from '../worktree/diff.js';
import { recordOf } from '../worktree/ignore/ignore-record.js';
import { readTreeDiff } from '../worktree/read-tree.js';
import type { CheckpointContext } from './context.js';
import type { Look, View } from './look.js';
import {
  formatCheckpointMessage,
  reasonFor,
  type Checkpoint,
  type CheckpointKind,
} from './metadata.js';
import { formatCheckpointRef, formatStateRef } from './ref-names.js';
import { takeStamp } from './scan-cache.js';
import { isSameHead, isSameView } from './same-view.js';
import {
  addSidecarCommit,
  addSidecarTree,
  PITON_IDENTITY,
  Sidecar,
  type CheckpointManifest,
} from './sidecar.js';
import { addStagedBlobs } from './staged-blobs.js';
import type { StagingFile } from './staging-file.js';
import { takeBack } from './take-back.js';
import { wholeLook, type Looked, type Looker } from './whole-look.js';

export interface CreateRequest<Seen extends View = Look> extends OperationOptions {
  planId: string;
  kind: CheckpointKind;
  reason: string | null;
  name: string | null;
  source: string | null;
  phase: string | null;
  step: number;
  /** The plan's whole state, as `plan.json` is to hold it, and the digest that tells it apart. */
  planState: Buffer;
  planStateDigest: string;
  /** The newest checkpoint of the plan: the new one's id sorts after it. */
  newestId: string | null;
  /** The plan's latest: nothing is made when everything is as it was then. */
  latest: Checkpoint | null;
  always: boolean;
  includeIgnored: boolean;
  /** Paths to capture although a rule ignores them. */
  alsoCapture?: readonly BytePath[];
  /** Of `alsoCapture`, given the scan, those that were looked at and found absent. */
  lookedAt?: (look: Seen) => readonly BytePath[];
  /** Commits that must stay reachable through the sidecar. */
  keeps?: readonly ObjectId[];
  /** Called with what was seen before anything is stored; may refuse by throwing. */
  check?: (look: Seen, head: HeadState) => void;
  /** Called when all objects are stored and before any ref is. */
  announce?: (checkpointId: string) => void;
}

export interface Created<Seen extends View = Look> {
  created: boolean;
  checkpoint: Checkpoint;
  /** Since the plan's latest. */
  changes: FileChange[];
  look: Seen;
  /** The file system's time before the scan, in nanoseconds. */
  stamp: bigint;
}

interface Draft<Seen extends View> {
  look: Seen;
  head: HeadState;
  manifest: CheckpointManifest;
  /** As the sidecar is to have it. */
  index: Buffer | ObjectId | null;
  staged: ObjectId | null;
  remember: Looked<Seen>['remember'];
}

/** The plan's latest checkpoint, opened. */
interface Before {
  sidecar: Sidecar;
  manifest: CheckpointManifest;
}

async function openLatest(
  context: CheckpointContext,
  latest: Checkpoint | null,
): Promise<Before | null> {
  if (latest === null) return null;
  try {
    const sidecar = await Sidecar.open(latest, context.refs, context.objects);
    return { sidecar, manifest: await sidecar.readManifest() };
  } catch (error) {
    // A damaged sidecar is nothing to compare with: then a new checkpoint is made.
    if (error instanceof PitonError) return null;
    throw error;
  }
}

class Creation<Seen extends View> {
  readonly #context: CheckpointContext;
  readonly #request: CreateRequest<Seen>;
  readonly #lookAt: Looker<Seen>;
  readonly #batch: ObjectBatch;
  /** The refs that are made last, once it is known which. */
  edits: readonly RefEdit[] = [];

  constructor(
    context: CheckpointContext,
    request: CreateRequest<Seen>,
    lookAt: Looker<Seen>,
    batch: ObjectBatch,
  ) {
    this.#context = context;
    this.#request = request;
    this.#lookAt = lookAt;
    this.#batch = batch;
  }

  async run(): Promise<Created<Seen>> {
    const { latest } = this.#request;
    const stamp = takeStamp(this.#context);
    const before = await openLatest(this.#context, latest);
    const draft = await this.#draft(before);
    const { look } = draft;
    this.#request.check?.(look, draft.head);
    if (latest !== null && before !== null && this.#isUnchanged(draft, latest, before.manifest)) {
      await this.#batch.discard();
      draft.remember(latest, stamp);
      return { created: false, checkpoint: latest, changes: [], look, stamp };
    }
    const { checkpoint, changes } = await this.#store(draft);
    draft.remember(checkpoint, stamp);
    return { created: true, checkpoint, changes, look, stamp };
  }

  async #draft(before: Before | null): Promise<Draft<Seen>> {
    const { refs } = this.#context;
    const { includeIgnored, alsoCapture, signal, onProgress } = this.#request;
    const head = await refs.readHead();
    const options = { batch: this.#batch, includeIgnored, alsoCapture, signal, onProgress };
    const { look, remember } = await this.#lookAt(this.#context, options);
    const known = this.#knownStaging(look.staging, before, head);
    if (known !== null) look.staging?.learn(known);
    const isKnown = known !== null && before !== null;
    const staged = isKnown ? before.sidecar.stagedId : await this.#addStaged(look, head);
    // What the latest holds need not be read again: it is as large as the tree.
    const knownIndex = isKnown ? before.sidecar.indexId : null;
    const isStored = knownIndex !== null && this.#batch.has(knownIndex);
    const index = isStored ? knownIndex : (look.staging?.bytes ?? null);
    return { look, head, manifest: this.#manifest(look, head), index, staged, remember };
  }

  /** What is known of a staging area that is, to the byte, the latest's, with the same HEAD. */
  #knownStaging(
    staging: StagingFile | null,
    before: Before | null,
    head: HeadState,
  ): CheckpointManifest['staging_area'] {
    if (staging === null || before === null) return null;
    const { algorithm } = this.#context.repository;
    const isSame = before.sidecar.indexId === hashObject(algorithm, 'blob', staging.bytes);
    return isSame && before.manifest.head.commit === head.commit
      ? before.manifest.staging_area
      : null;
  }

  async #addStaged({ staging, scan }: Seen, head: HeadState): Promise<ObjectId | null> {
    if (staging === null) return null;
    return addStagedBlobs(this.#batch, this.#context.objects, staging.area, head.commit, scan);
  }

  #manifest(look: Seen, head: HeadState): CheckpointManifest {
    const { staging, scan, rules, nested, uncapturedIgnoreFiles } = look;
    return {
      head,
      include_ignored: this.#request.includeIgnored,
      plan_state_digest: this.#request.planStateDigest,
      staging_area: staging && {
        digest: staging.digest,
        mtime_ns: String(staging.stat.mtimeNs),
        mode: Number(staging.stat.mode),
        shared: staging.sharedName,
      },
      nested: nested.heads(),
      not_captured: scan.notCaptured,
      looked_at: this.#request.lookedAt?.(look) ?? [],
      ignore: recordOf(rules, uncapturedIgnoreFiles),
    };
  }

  #isUnchanged(draft: Draft<Seen>, latest: Checkpoint, before: CheckpointManifest): boolean {
    const { manifest, head, look } = draft;
    return (
      !this.#request.always &&
      latest.tree === look.scan.tree &&
      isSameHead(before.head, head) &&
      before.plan_state_digest === manifest.plan_state_digest &&
      before.include_ignored === manifest.include_ignored &&
      isSameView(before, manifest) &&
      before.staging_area?.digest === manifest.staging_area?.digest
    );
  }

  async #store(draft: Draft<Seen>): Promise<{ checkpoint: Checkpoint; changes: FileChange[] }> {
    const { clock, refs } = this.#context;
    const { planId, keeps = [], signal } = this.#request;
    const now = clock.now();
    const checkpointId = nextId(now, this.#request.newestId);
    const seconds = Math.floor(now / 1_000);
    const checkpoint = this.#addCheckpoint(draft, checkpointId, seconds);
    const { staging } = draft.look;
    const tree = addSidecarTree(this.#batch, {
      planState: this.#request.planState,
      manifest: draft.manifest,
      index: draft.index,
      sharedIndex: staging?.readShared() ?? null,
      staged: draft.staged,
    });
    const about = { checkpointId, planId, seconds, keeps };
    const sidecar = addSidecarCommit(this.#batch, tree, about);
    await this.#batch.publish();
    const changes = await this.#changes(checkpoint, draft.look);
    signal?.throwIfAborted();
    this.#request.announce?.(checkpointId);
    this.edits = [
      { name: formatStateRef({ planId, checkpointId }), expected: null, value: sidecar },
      { name: checkpoint.ref, expected: null, value: checkpoint.commit },
    ];
    await refs.transact(this.edits);
    return { checkpoint, changes };
  }

  #addCheckpoint(draft: Draft<Seen>, checkpointId: string, seconds: number): Checkpoint {
    const { planId, kind, name, source, phase, step } = this.#request;
    const { scan } = draft.look;
    const metadata = {
      ...{ checkpoint_id: checkpointId, plan_id: planId, kind, name, source, phase, step },
      reason: reasonFor(this.#request.reason, { kind, step }),
      files: scan.files,
      not_captured: scan.notCaptured.length,
    };
    const message = formatCheckpointMessage({ ...metadata, head_ref: draft.head.ref });
    const parents = draft.head.commit === null ? [] : [draft.head.commit];
    const author = { ...PITON_IDENTITY, seconds };
    const commit = encodeCommit({ tree: scan.tree, parents, author, message });
    return {
      ...metadata,
      commit: this.#batch.add('commit', commit),
      tree: scan.tree,
      ref: formatCheckpointRef({ planId, checkpointId }),
      created_at: isoTime(timeOfId(checkpointId)),
      head: draft.head,
    };
  }

  async #changes({ tree }: Checkpoint, { scan }: Seen): Promise<FileChange[]> {
    const { latest } = this.#request;
    const { objects } = this.#context;
    if (latest === null && scan.entries !== undefined) return diffEntries([], scan.entries);
    const before = latest?.tree ?? emptyTreeId(objects.algorithm);
    return changesOf(await readTreeDiff(objects, before, tree));
  }
}

/**
 * Takes a checkpoint of the worktree: objects, then the sidecar's ref, then the checkpoint's. When
 * tree, plan state, staging area and HEAD are those of the plan's latest checkpoint, that one is
 * given back and nothing is written. The caller holds the workspace lock and updates the plan.
 * @throws {PitonError} anything on the way; then there is no ref and no object of it.
 */
export async function createCheckpointBy<Seen extends View>(
  lookAt: Looker<Seen>,
  context: CheckpointContext,
  request: CreateRequest<Seen>,
): Promise<Created<Seen>> {
  const batch = context.objects.beginBatch();
  const creation = new Creation(context, request, lookAt, batch);
  try {
    return await creation.run();
  } catch (error) {
    // Should this fail too, the first failure is the one to tell of.
    await takeBack(batch, creation.edits, context).catch(() => undefined);
    throw error;
  }
}

/** As `createCheckpointBy`, from a scan of the whole worktree. */
export async function createCheckpoint(
  context: CheckpointContext,
  request: CreateRequest,
): Promise<Created> {
  return createCheckpointBy(wholeLook, context, request);
}
