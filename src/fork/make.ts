import { lstatSync, renameSync, utimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { bytePathFromText, ROOT } from '../core/byte-path.js';
import type { OperationOptions } from '../core/types.js';
import { AnchoredRoot } from '../disk/anchored-root.js';
import { syncDirectory, writeAtomic } from '../disk/atomic-write.js';
import { ensureRealDirectory } from '../disk/real-directory.js';
import { loadScanCache } from '../checkpoint/scan-cache.js';
import { createPlanFile } from '../plan/plan-file.js';
import type { Plan } from '../plan/types.js';
import { writeCurrentPlan } from '../plan/workspace-file.js';
import { indexTime } from '../rollback/index-swap.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import type { Target } from '../rollback/target.js';
import type { ObjectReader } from '../store/object-store.js';
import { withoutLostObjects } from '../worktree/staging-area/lost-objects.js';
import { CloneSource } from './clone-source.js';
import { layOut } from './lay-out.js';
import { formatForkNote, gitDirOf, gitFileContents, layoutPath, lockContents } from './place.js';
import { layoutName, type ForkPlace } from './place.js';
import { settleFork } from './settle.js';

export interface ForkRequest extends OperationOptions {
  place: ForkPlace;
  target: Target;
  plan: Plan;
  /** For a checkpoint older than the first commit: a branch that is not born yet; else null. */
  branch: string | null;
}

/** A name for the worktree's git dir that is free, as near to the folder's as can be. */
export function freeName(commonDir: string, path: string): string {
  const plain = basename(path)
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^\.+/, '')
    .slice(0, 64);
  const stem = plain === '' ? 'fork' : plain;
  for (let number = 1; ; number++) {
    const name = number === 1 ? stem : `${stem}-${number}`;
    const place = join(commonDir, 'worktrees', name);
    if (lstatSync(place, { throwIfNoEntry: false }) === undefined) return name;
  }
}

/** The worktree's git dir, made where no git program looks for one. */
async function prepareGitDir(
  { durability, objects }: RollbackWorkspace,
  { place, target, plan, branch }: ForkRequest,
): Promise<string> {
  const below = `forks/${place.id}/git`;
  const stateDir = ensureRealDirectory(place.stateDir, `${below}/piton`, durability);
  const gitDir = dirname(stateDir);
  const write = (name: string, data: string | Buffer): void =>
    writeAtomic(join(gitDir, name), data, { durability });
  const { commit } = target.checkpoint.head;
  write('HEAD', branch === null ? `${commit}\n` : `ref: refs/heads/${branch}\n`);
  write('commondir', '../..\n');
  write('gitdir', `${join(place.path, '.git')}\n`);
  write('locked', lockContents(place));
  await writeStagingArea({ objects, target }, write, join(gitDir, 'index'));
  createPlanFile(stateDir, plan, durability);
  writeCurrentPlan(stateDir, plan.plan_id, durability);
  return gitDir;
}

async function writeStagingArea(
  { objects, target }: { objects: ObjectReader; target: Target },
  write: (name: string, data: Buffer) => void,
  path: string,
): Promise<void> {
  const { manifest, sidecar } = target;
  const recorded = manifest.staging_area;
  const bytes = await sidecar.readIndex();
  if (recorded === null || bytes === null) return;
  const shared = await sidecar.readSharedIndex();
  if (recorded.shared !== null && shared !== null) write(recorded.shared, shared);
  write(
    'index',
    withoutLostObjects(bytes, objects.algorithm, (oid) => objects.has(oid)),
  );
  const seconds = indexTime(BigInt(recorded.mtime_ns));
  utimesSync(path, seconds, seconds);
}

async function prepareWorktree(
  workspace: RollbackWorkspace,
  { place, target, ...options }: ForkRequest,
): Promise<void> {
  const { objects, root: from, repository, durability } = workspace;
  const parent = AnchoredRoot.open(dirname(place.path));
  try {
    parent.within(ROOT, (folder) => folder.mkdir(bytePathFromText(layoutName(place)), 0o777));
  } finally {
    parent.close();
  }
  const { cache } = await loadScanCache(workspace);
  const source = new CloneSource(from, cache, repository.algorithm);
  const root = AnchoredRoot.open(layoutPath(place));
  try {
    await layOut(root, target.entries, { objects, source }, options);
  } finally {
    root.close();
    source.close();
  }
  writeAtomic(join(layoutPath(place), '.git'), gitFileContents(place), { durability });
}

/** From the last rename on the fork is there. */
function publish({ durability }: RollbackWorkspace, place: ForkPlace, gitDir: string): void {
  const worktrees = ensureRealDirectory(place.commonDir, 'worktrees', durability);
  renameSync(gitDir, gitDirOf(place));
  if (durability === 'full') syncDirectory(worktrees);
  renameSync(layoutPath(place), place.path);
  if (durability === 'full') syncDirectory(dirname(place.path));
}

/**
 * Makes a linked worktree that holds a checkpoint, its staging area and a plan. Nothing of it is in
 * its place before all of it is there. The caller holds the lock.
 * @throws {PitonError} `OBJECT_DAMAGED`; system errors; then what was made is gone again.
 */
export async function makeFork(workspace: RollbackWorkspace, request: ForkRequest): Promise<void> {
  const { place, signal } = request;
  const { durability } = workspace;
  const folder = ensureRealDirectory(place.stateDir, `forks/${place.id}`, durability);
  try {
    writeAtomic(join(folder, 'note'), formatForkNote(place), { durability });
    await prepareWorktree(workspace, request);
    const gitDir = await prepareGitDir(workspace, request);
    if (durability === 'full') await workspace.syncFileSystem(layoutPath(place));
    signal?.throwIfAborted();
    publish(workspace, place, gitDir);
  } catch (error) {
    settleQuietly(place);
    throw error;
  }
  settleFork(place);
}

/** What made the fork fail is what its user must hear of; the next command clears up. */
function settleQuietly(place: ForkPlace): void {
  try {
    settleFork(place);
  } catch {
    return;
  }
}
