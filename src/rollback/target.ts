import { nameOf, parentOf, ROOT, type BytePath } from '../core/byte-path.js';
import { MODE, type FileEntry, type OperationOptions } from '../core/types.js';
import type { CheckpointContext } from '../checkpoint/context.js';
import type { Checkpoint } from '../checkpoint/metadata.js';
import { loadScanCache } from '../checkpoint/scan-cache.js';
import { Sidecar, type CheckpointManifest } from '../checkpoint/sidecar.js';
import { StagingFile } from '../checkpoint/staging-file.js';
import { hashObject } from '../store/objects/object-format.js';
import { IGNORE_FILES } from '../worktree/ignore/ignore-rules.js';
import { rulesFromRecord } from '../worktree/ignore/ignore-record.js';
import { isPathIgnored } from '../worktree/ignore/path-query.js';
import { treesOf } from '../worktree/known-trees.js';
import { PathSet } from '../worktree/path-set.js';
import { readTreeEntries } from '../worktree/read-tree.js';
import { readStagingArea, resolveSplit } from '../worktree/staging-area/read-staging-area.js';
import { trackedPaths } from '../worktree/staging-area/tracked-paths.js';
import type { ExplicitPaths } from '../worktree/walk.js';
import { readArchive, withArchived, type FromArchive } from './archive-contents.js';
import type { ArchiveMove } from './archive.js';
import type { TargetKnowledge } from './knowledge.js';

/** A checkpoint as a rollback needs it. */
export interface Target {
  checkpoint: Checkpoint;
  sidecar: Sidecar;
  manifest: CheckpointManifest;
  /** Sorted by path; every path checked to be safe. */
  entries: FileEntry[];
  /** Whether its own rules ignore a path. */
  ignores(path: BytePath, isDirectory: boolean): boolean;
  knowledge: TargetKnowledge;
  /** What of it comes out of an archive. */
  fromArchive: FromArchive | null;
}

/** The contents of the ignore files among the entries of a checkpoint, by path. */
export async function readIgnoreFiles(
  entries: readonly FileEntry[],
  context: Pick<CheckpointContext, 'objects'>,
): Promise<Map<BytePath, Buffer>> {
  const files = new Map<BytePath, Buffer>();
  for (const { path, mode, oid } of entries) {
    // Of a hundred thousand names cutting out each one takes longer than comparing ends.
    if (!IGNORE_FILES.some((name) => path.endsWith(name) && name === nameOf(path))) continue;
    const isFile = mode === MODE.file || mode === MODE.executable;
    if (isFile) files.set(path, (await context.objects.read(oid)).data);
  }
  return files;
}

/** Whether a path was tracked when the checkpoint was taken; read only when first asked. */
function trackedThen(
  index: Buffer | null,
  shared: Buffer | null,
  { repository }: CheckpointContext,
): (path: BytePath) => boolean {
  if (index === null) return () => false;
  const read = (): ExplicitPaths => {
    const area = readStagingArea(index, repository.algorithm);
    return trackedPaths(shared === null ? area : resolveSplit(area, shared));
  };
  let tracked: ExplicitPaths | undefined;
  return (path) => (tracked ??= read()).has(path);
}

/** The staging area's file as it was then; when it still is that, it takes less to read it here. */
async function indexThen(sidecar: Sidecar, context: CheckpointContext): Promise<Buffer | null> {
  const { gitDir, algorithm } = context.repository;
  const present = StagingFile.read(gitDir, algorithm)?.bytes;
  if (present !== undefined && hashObject(algorithm, 'blob', present) === sidecar.indexId) {
    return present;
  }
  return sidecar.readIndex();
}

function withAncestors(paths: ReadonlySet<BytePath>): (path: BytePath) => boolean {
  return (path) => {
    for (let at = path; at !== ROOT; at = parentOf(at)) if (paths.has(at)) return true;
    return false;
  };
}

async function readCheckpointTarget(
  checkpoint: Checkpoint,
  context: CheckpointContext,
  options: OperationOptions,
): Promise<Target> {
  const { objects, refs, repository } = context;
  const { cache } = await loadScanCache(context);
  const known = cache === null ? undefined : treesOf(cache.entries(), repository.algorithm);
  const { signal } = options;
  const entries = await readTreeEntries(objects, checkpoint.tree, { signal, known });
  const sidecar = await Sidecar.open(checkpoint, refs, objects);
  const manifest = await sidecar.readManifest();
  const files = await readIgnoreFiles(entries, context);
  const readFileAt = (directory: BytePath, name: BytePath): Buffer | null =>
    files.get((directory === ROOT ? name : `${directory}/${name}`) as BytePath) ?? null;
  const rules = rulesFromRecord(manifest.ignore);
  const ignores: Target['ignores'] = (path, isDirectory) =>
    isPathIgnored(rules, path, isDirectory, readFileAt);
  const lookedAt = new PathSet(manifest.looked_at);
  const shared = await sidecar.readSharedIndex();
  const isTracked = trackedThen(await indexThen(sidecar, context), shared, context);
  const notCaptured = new Set(manifest.not_captured.map(({ path }) => path));
  const nested = new Set(manifest.nested.map(({ path }) => path));
  const knowledge: TargetKnowledge = {
    didNotLook: (path, isDirectory) =>
      !manifest.include_ignored &&
      ignores(path, isDirectory) &&
      !lookedAt.has(path) &&
      !isTracked(path),
    didNotCapture: withAncestors(notCaptured),
    hadNestedRepository: (folder) => nested.has(folder),
  };
  return { checkpoint, sidecar, manifest, entries, ignores, knowledge, fromArchive: null };
}

/**
 * Reads what a rollback needs of a checkpoint but for the files' contents, and of an archive what
 * comes back out of it.
 * @throws {PitonError} `OBJECT_DAMAGED`, `STATE_DAMAGED`, `UNSAFE_PATH`, `UNSUPPORTED_FORMAT`.
 */
export async function readTarget(
  checkpoint: Checkpoint,
  context: CheckpointContext,
  { archive, ...options }: OperationOptions & { archive: ArchiveMove | null },
): Promise<Target> {
  const target = await readCheckpointTarget(checkpoint, context, options);
  if (archive?.direction !== 'out') return target;
  const { algorithm, stateDir } = context.repository;
  const contents = readArchive(stateDir, archive.key, algorithm);
  const captured = new Set(target.entries.map(({ path }) => path));
  const lost = contents.missing.filter((path) => !captured.has(path));
  if (lost.length > 0) {
    const message = 'archived files that no checkpoint holds are gone and cannot come back';
    context.warn({ code: 'ARCHIVE_INCOMPLETE', message, paths: lost });
  }
  return { ...target, ...withArchived(target.entries, contents, algorithm) };
}
