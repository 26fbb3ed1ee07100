import { PitonError } from '../core/errors.js';
import { MODE, type GitObject, type ObjectId, type TreeEntry } from '../core/types.js';
import type { ObjectBatch, ObjectReader } from '../store/object-store.js';
import {
  decodeCommit,
  decodeTree,
  encodeCommit,
  encodeTree,
} from '../store/objects/object-format.js';
import type { RefStore } from '../store/ref-store.js';
import { parseIgnoreRecord, type IgnoreRecord } from '../worktree/ignore/ignore-record.js';
import { formatManifest, parseManifest } from './manifest.js';
import type { Checkpoint } from './metadata.js';
import { formatStateRef } from './ref-names.js';
import { SIDECAR_NAMES, type Manifest } from './sidecar-types.js';

export type CheckpointManifest = Manifest<IgnoreRecord>;

/** What a sidecar holds. */
export interface SidecarContents {
  /** The bytes of `plan.json`. */
  planState: Buffer;
  manifest: CheckpointManifest;
  /** The staging area's file, or its id when it is stored already; null when there is none. */
  index: Buffer | ObjectId | null;
  /** The file that a split index shares its entries with. */
  sharedIndex: Buffer | null;
  /** The tree of blobs that only the staging area refers to, or null for none. */
  staged: ObjectId | null;
}

export const PITON_IDENTITY = { name: 'piton', email: 'piton@localhost' } as const;

/** The tree of a sidecar; every part is in the batch afterwards. */
export function addSidecarTree(batch: ObjectBatch, contents: SidecarContents): ObjectId {
  const entries: TreeEntry[] = [];
  const addBlob = (name: TreeEntry['name'], data: Buffer | ObjectId): void => {
    const oid = typeof data === 'string' ? data : batch.add('blob', data);
    entries.push({ mode: MODE.file, name, oid });
  };
  addBlob(SIDECAR_NAMES.planState, contents.planState);
  addBlob(SIDECAR_NAMES.manifest, formatManifest(contents.manifest));
  if (contents.index !== null) addBlob(SIDECAR_NAMES.index, contents.index);
  if (contents.sharedIndex !== null) addBlob(SIDECAR_NAMES.sharedIndex, contents.sharedIndex);
  if (contents.staged !== null) {
    entries.push({ mode: MODE.directory, name: SIDECAR_NAMES.staged, oid: contents.staged });
  }
  return batch.add('tree', encodeTree(entries));
}

/**
 * The sidecar's commit. `keeps` are commits that only the worktree's refs held and that a rollback
 * is about to let go of: as parents they stay reachable.
 */
export function addSidecarCommit(
  batch: ObjectBatch,
  tree: ObjectId,
  about: { checkpointId: string; planId: string; seconds: number; keeps: readonly ObjectId[] },
): ObjectId {
  const { checkpointId, planId, seconds, keeps } = about;
  const message =
    `state of checkpoint ${checkpointId}\n\n` +
    `Piton-Checkpoint: ${checkpointId}\nPiton-Plan: ${planId}\nPiton-Version: 1\n`;
  const author = { ...PITON_IDENTITY, seconds };
  return batch.add('commit', encodeCommit({ tree, parents: [...keeps], author, message }));
}

function damagedSidecar(checkpoint: Checkpoint, problem: string): PitonError {
  return new PitonError(
    'STATE_DAMAGED',
    `the state of checkpoint ${checkpoint.checkpoint_id} is damaged: ${problem}`,
    {
      hint: "use another checkpoint; 'piton doctor' tells what else is wrong",
      details: { checkpoint_id: checkpoint.checkpoint_id, problem },
    },
  );
}

/** The parts of one checkpoint's sidecar, each read when asked for. */
export class Sidecar {
  readonly commit: ObjectId;
  readonly #checkpoint: Checkpoint;
  readonly #objects: ObjectReader;
  readonly #entries: readonly TreeEntry[];

  private constructor(
    commit: ObjectId,
    checkpoint: Checkpoint,
    objects: ObjectReader,
    entries: readonly TreeEntry[],
  ) {
    this.commit = commit;
    this.#checkpoint = checkpoint;
    this.#objects = objects;
    this.#entries = entries;
  }

  /** @throws {PitonError} `STATE_DAMAGED` when there is none; `OBJECT_DAMAGED`. */
  static async open(
    checkpoint: Checkpoint,
    refs: RefStore,
    objects: ObjectReader,
  ): Promise<Sidecar> {
    const { plan_id: planId, checkpoint_id: checkpointId } = checkpoint;
    const commit = await refs.read(formatStateRef({ planId, checkpointId }));
    if (commit === null) throw damagedSidecar(checkpoint, 'its ref is missing');
    const { tree } = decodeCommit(expectType(await objects.read(commit), 'commit', checkpoint));
    const data = expectType(await objects.read(tree), 'tree', checkpoint);
    return new Sidecar(commit, checkpoint, objects, decodeTree(data, objects.algorithm));
  }

  /** The object id of the staging area's bytes, or null when there is no staging area. */
  get indexId(): ObjectId | null {
    return this.#idOf(SIDECAR_NAMES.index);
  }

  get stagedId(): ObjectId | null {
    return this.#idOf(SIDECAR_NAMES.staged);
  }

  async readPlanState(): Promise<Buffer> {
    return this.#readRequired(SIDECAR_NAMES.planState);
  }

  async readManifest(): Promise<CheckpointManifest> {
    const manifest = parseManifest(
      await this.#readRequired(SIDECAR_NAMES.manifest),
      parseIgnoreRecord,
    );
    return manifest;
  }

  async readIndex(): Promise<Buffer | null> {
    return this.#readOptional(SIDECAR_NAMES.index);
  }

  async readSharedIndex(): Promise<Buffer | null> {
    return this.#readOptional(SIDECAR_NAMES.sharedIndex);
  }

  #idOf(name: TreeEntry['name']): ObjectId | null {
    return this.#entries.find((entry) => entry.name === name)?.oid ?? null;
  }

  async #readOptional(name: TreeEntry['name']): Promise<Buffer | null> {
    const oid = this.#idOf(name);
    if (oid === null) return null;
    return expectType(await this.#objects.read(oid), 'blob', this.#checkpoint);
  }

  async #readRequired(name: TreeEntry['name']): Promise<Buffer> {
    const data = await this.#readOptional(name);
    if (data === null) throw damagedSidecar(this.#checkpoint, `it has no ${name}`);
    return data;
  }
}

function expectType(object: GitObject, type: GitObject['type'], checkpoint: Checkpoint): Buffer {
  if (object.type === type) return object.data;
  throw damagedSidecar(checkpoint, `a ${object.type} is where a ${type} should be`);
}
