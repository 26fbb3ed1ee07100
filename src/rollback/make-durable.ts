import { closeSync, constants, fsyncSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf, parentOf, type BytePath } from '../core/byte-path.js';
import { systemErrorCode } from '../core/errors.js';
import type { AnchoredDirectory } from '../disk/anchored-directory.js';
import type { OpenOperation, RollbackContext } from './context.js';
import type { Journal } from './journal.js';

const GONE = new Set(['ENOENT', 'ENOTDIR', 'UNSAFE_PATH']);

/** Syncing more files than this one by one takes longer than syncing whole file systems. */
const FILES_ONE_BY_ONE = 32;

function syncPlaced(folder: AnchoredDirectory, name: BytePath): void {
  if (folder.lstat(name)?.isFile() !== true) return;
  const fd = folder.open(name, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function syncOneByOne(journal: Journal, { worktree }: OpenOperation): void {
  const folders = new Set<BytePath>();
  for (const step of journal.steps) {
    const parent = parentOf(step.path);
    folders.add(parent);
    if (step.kind === 'place') {
      worktree.within(parent, (folder) => syncPlaced(folder, nameOf(step.path)));
    }
  }
  for (const path of folders) syncFolder(path, worktree);
}

/** A folder that the rollback took away, or whose place another kind has taken, is synced above. */
function syncFolder(path: BytePath, worktree: OpenOperation['worktree']): void {
  try {
    worktree.within(path, (folder) => {
      folder.sync();
    });
  } catch (error) {
    if (!GONE.has(systemErrorCode(error) ?? '')) throw error;
  }
}

async function syncFileSystems(context: RollbackContext, journal: Journal): Promise<boolean> {
  const places = [context.root, context.stateDir];
  for (const { mount } of journal.areas) if (mount !== null) places.push(join(context.root, mount));
  for (const place of places) if (!(await context.syncFileSystem(place))) return false;
  return true;
}

/**
 * With durability `full`: everything that the steps changed is on disk before the commit point, so
 * that a power cut cannot leave a finished rollback with empty files.
 */
export async function makeDurable(
  context: RollbackContext,
  journal: Journal,
  operation: OpenOperation,
): Promise<void> {
  if (context.durability !== 'full' || journal.steps.length === 0) return;
  const isMany = journal.steps.length > FILES_ONE_BY_ONE;
  if (isMany && (await syncFileSystems(context, journal))) return;
  syncOneByOne(journal, operation);
}
