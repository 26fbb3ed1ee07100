import { closeSync, constants } from 'node:fs';
import { nameOf, parentOf, ROOT, type BytePath } from '../core/byte-path.js';
import { MODE, type FileEntry, type OperationOptions } from '../core/types.js';
import type { AnchoredDirectory } from '../disk/anchored-directory.js';
import type { AnchoredRoot } from '../disk/anchored-root.js';
import { permissionsFor } from '../rollback/sequence.js';
import { assertBlob, narrow, writeBlob } from '../rollback/write-blob.js';
import type { ObjectReader } from '../store/object-store.js';
import type { CloneSource } from './clone-source.js';

const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
const ENTRIES_BETWEEN_REPORTS = 100;

interface Materials {
  objects: ObjectReader;
  source: CloneSource;
}

/** Makes the folder at `path` and those above it, each once. */
function makeFolders(root: AnchoredRoot, path: BytePath, made: Set<BytePath>): void {
  if (path === ROOT || made.has(path)) return;
  makeFolders(root, parentOf(path), made);
  root.within(parentOf(path), (folder) => folder.mkdir(nameOf(path), 0o777));
  made.add(path);
}

async function makeFile(
  entry: FileEntry,
  folder: AnchoredDirectory,
  { objects, source }: Materials,
): Promise<void> {
  if (await source.clone(entry, folder)) return;
  const isExecutable = entry.mode === MODE.executable;
  const fd = folder.open(nameOf(entry.path), CREATE, isExecutable ? 0o777 : 0o666);
  try {
    await writeBlob(fd, entry.oid, objects);
    const earlier = source.earlier(entry.path);
    // Git knows no more of permissions than "executable": a file that was private stays so.
    if (earlier !== null) narrow(fd, permissionsFor(isExecutable, earlier));
  } finally {
    closeSync(fd);
  }
}

async function makeLink(
  { path, oid }: FileEntry,
  folder: AnchoredDirectory,
  { objects }: Materials,
): Promise<void> {
  const { type, data } = await objects.read(oid);
  assertBlob(type, oid);
  folder.symlink(data, nameOf(path));
}

/**
 * Fills an empty folder with the entries of a checkpoint, whose paths have been checked. Every
 * contents is verified against its id.
 * @throws {PitonError} `OBJECT_DAMAGED`; system errors. The folder then holds a part.
 */
export async function layOut(
  root: AnchoredRoot,
  entries: readonly FileEntry[],
  materials: Materials,
  { signal, onProgress }: OperationOptions,
): Promise<void> {
  const made = new Set<BytePath>();
  for (const [done, entry] of entries.entries()) {
    signal?.throwIfAborted();
    if (done % ENTRIES_BETWEEN_REPORTS === 0) {
      onProgress?.({ phase: 'staging', done, total: entries.length });
    }
    const isFolder = entry.mode === MODE.directory;
    makeFolders(root, isFolder ? entry.path : parentOf(entry.path), made);
    if (isFolder) continue;
    const folder = root.directory(parentOf(entry.path));
    try {
      await (entry.mode === MODE.link ? makeLink : makeFile)(entry, folder, materials);
    } finally {
      folder.close();
    }
  }
}
