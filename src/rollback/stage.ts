import { closeSync, constants, fchmodSync, fstatSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { MODE, type FileEntry, type OperationOptions } from '../core/types.js';
import type { AnchoredDirectory } from '../disk/anchored-directory.js';
import type { ObjectReader } from '../store/object-store.js';
import type { Areas } from './areas.js';
import { permissionsFor } from './sequence.js';
import { fileStateOf, type FileState, type Slot } from './steps.js';
import { slotName } from './take-step.js';
import { assertBlob, narrow, takeOverOwner, writeBlob } from './write-blob.js';

/** A file or link of the checkpoint that is to be staged. */
export interface StageRequest {
  entry: FileEntry;
  slot: Slot;
  /** The file it will replace, whose permissions and owner it takes over. */
  replaced: BigIntStats | null;
  /** The permissions that the path's last known file had; null when none is known. */
  earlier: number | null;
}

const PERMISSIONS = 0o777n;
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

/** Null when somebody deleted it meanwhile. */
async function stageFile(
  request: StageRequest,
  folder: AnchoredDirectory,
  objects: ObjectReader,
): Promise<FileState | null> {
  const isExecutable = request.entry.mode === MODE.executable;
  const fd = folder.open(slotName(request.slot), CREATE, isExecutable ? 0o777 : 0o666);
  try {
    await writeBlob(fd, request.entry.oid, objects);
    const { replaced, earlier } = request;
    // Neither owner nor permissions are part of a file's state.
    const own = fstatSync(fd, { bigint: true });
    if (replaced?.isFile() === true) {
      takeOverOwner(fd, own, replaced);
      const mode = permissionsFor(isExecutable, Number(replaced.mode & PERMISSIONS));
      if (Number(own.mode & PERMISSIONS) !== mode) fchmodSync(fd, mode);
    } else if (earlier !== null) {
      narrow(fd, permissionsFor(isExecutable, earlier));
    }
    return own.nlink === 0n ? null : fileStateOf(own);
  } finally {
    closeSync(fd);
  }
}

async function stageLink(
  request: StageRequest,
  folder: AnchoredDirectory,
  objects: ObjectReader,
): Promise<FileState | null> {
  const { type, data } = await objects.read(request.entry.oid);
  assertBlob(type, request.entry.oid);
  const name = slotName(request.slot);
  folder.symlink(data, name);
  const stat = folder.lstat(name);
  return stat && fileStateOf(stat);
}

const ENTRIES_BETWEEN_REPORTS = 100;

/**
 * Writes all new contents beside the worktree, each object verified against its id on the way, so
 * that a damaged checkpoint or a full disk is noticed before the first change.
 * Gives each path's staged state.
 */
export async function stageContents(
  requests: readonly StageRequest[],
  areas: Areas,
  objects: ObjectReader,
  options: OperationOptions,
): Promise<Map<string, FileState>> {
  const states = new Map<string, FileState>();
  for (const [index, request] of requests.entries()) {
    options.signal?.throwIfAborted();
    if (index % ENTRIES_BETWEEN_REPORTS === 0) {
      options.onProgress?.({ phase: 'staging', done: index, total: requests.length });
    }
    const folder = areas.at(request.slot.area).staged;
    const isLink = request.entry.mode === MODE.link;
    const state = await (isLink ? stageLink : stageFile)(request, folder, objects);
    if (state !== null) states.set(request.entry.path, state);
  }
  return states;
}
