import { asBytePath, compareBytes, parentOf, ROOT, type BytePath } from '../core/byte-path.js';
import { systemErrorCode } from '../core/errors.js';
import { MODE, type FileEntry, type HashAlgorithm } from '../core/types.js';
import type { AnchoredDirectory } from '../disk/anchored-directory.js';
import { AnchoredRoot } from '../disk/anchored-root.js';
import { emptyTreeId } from '../store/objects/object-format.js';
import { modeOfFile } from '../worktree/hash-file.js';
import { archivedFilesPath, type ArchiveKey } from './archive.js';
import { readArchiveManifest, type ArchivedFolder } from './archive-manifest.js';
import { contentsId } from './contents-id.js';
import { foldersOf } from './folders-of.js';
import { fileStateOf, type FileState } from './steps.js';

/** An archived file as it is now. */
export interface ArchivedFile {
  /** Its slot in the archive. */
  number: number;
  entry: FileEntry;
  state: FileState;
}

export interface ArchiveContents {
  files: Map<BytePath, ArchivedFile>;
  folders: ArchivedFolder[];
  /** What the manifest names and is not there, or cannot be read. */
  missing: BytePath[];
}

function readFile(
  folder: AnchoredDirectory,
  number: number,
  path: BytePath,
  algorithm: HashAlgorithm,
): ArchivedFile | null {
  const name = asBytePath(String(number));
  const stat = folder.lstat(name);
  if (stat === null || (!stat.isFile() && !stat.isSymbolicLink())) return null;
  const mode = stat.isFile() ? modeOfFile(stat) : MODE.link;
  const entry = { path, mode, oid: contentsId(folder, name, algorithm) };
  return { number, entry, state: fileStateOf(stat) };
}

/**
 * Reads what is in an archive: every file that its manifest names, with the contents it has now.
 * An archive without a manifest has nothing whose place is known.
 * @throws {PitonError} `STATE_DAMAGED`, `UNSAFE_PATH`
 */
export function readArchive(
  stateDir: string,
  key: ArchiveKey,
  algorithm: HashAlgorithm,
): ArchiveContents {
  const contents: ArchiveContents = { files: new Map(), folders: [], missing: [] };
  const manifest = readArchiveManifest(stateDir, key);
  if (manifest === null) return contents;
  contents.folders = manifest.folders;
  const root = AnchoredRoot.open(stateDir);
  try {
    for (const { id, path } of manifest.items) {
      const file = root.within(asBytePath(archivedFilesPath(key)), (folder) =>
        readFile(folder, id, path, algorithm),
      );
      if (file === null) contents.missing.push(path);
      else contents.files.set(path, file);
    }
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    contents.missing = manifest.items.map(({ path }) => path);
  } finally {
    root.close();
  }
  return contents;
}

/** What of an archive goes back into the worktree with a checkpoint. */
export interface FromArchive {
  files: ReadonlyMap<BytePath, ArchivedFile>;
  /** Permission bits of folders that went when the archive was filled. */
  folderModes: ReadonlyMap<BytePath, number>;
}

const OWNER_ALL = 0o700;

class Merger {
  readonly #entries: Map<BytePath, FileEntry>;
  readonly #folders: Set<BytePath>;
  readonly #files = new Map<BytePath, ArchivedFile>();

  constructor(entries: readonly FileEntry[]) {
    this.#entries = new Map(entries.map((entry) => [entry.path, entry]));
    this.#folders = foldersOf(entries);
  }

  /** The checkpoint has the last word: what it holds otherwise does not go back. */
  addFile(file: ArchivedFile): void {
    const { entry } = file;
    const known = this.#entries.get(entry.path);
    const isSame = known?.oid === entry.oid && known.mode === entry.mode;
    if (known === undefined ? !this.#add(entry) : !isSame) return;
    this.#files.set(entry.path, file);
  }

  addFolder(path: BytePath, oid: string): void {
    if (!this.#entries.has(path)) this.#add({ path, mode: MODE.directory, oid });
  }

  result(): { entries: FileEntry[]; files: ReadonlyMap<BytePath, ArchivedFile> } {
    const entries = [...this.#entries.values()];
    entries.sort((left, right) => compareBytes(left.path, right.path));
    return { entries, files: this.#files };
  }

  /** Unless something else is at the path, or has to be. */
  #add(entry: FileEntry): boolean {
    if (this.#folders.has(entry.path)) return false;
    const above: BytePath[] = [];
    for (let at = parentOf(entry.path); at !== ROOT; at = parentOf(at)) above.push(at);
    const isBlocked = (folder: BytePath): boolean =>
      (this.#entries.get(folder)?.mode ?? MODE.directory) !== MODE.directory;
    if (above.some(isBlocked)) return false;
    for (const folder of above) {
      this.#entries.delete(folder);
      this.#folders.add(folder);
    }
    this.#entries.set(entry.path, entry);
    if (entry.mode === MODE.directory) this.#folders.add(entry.path);
    return true;
  }
}

/**
 * A checkpoint's entries and, beside them, what an archive holds of the same moment: files that no
 * checkpoint had captured. What is in both comes from the archive: it is the very same file.
 */
export function withArchived(
  entries: readonly FileEntry[],
  contents: ArchiveContents,
  algorithm: HashAlgorithm,
): { entries: FileEntry[]; fromArchive: FromArchive } {
  const merger = new Merger(entries);
  for (const file of contents.files.values()) merger.addFile(file);
  const innermostFirst = contents.folders.toSorted((a, b) => b.path.length - a.path.length);
  for (const { path } of innermostFirst) merger.addFolder(path, emptyTreeId(algorithm));
  const modes = contents.folders.map(({ path, mode }) => {
    return [path, Number.parseInt(mode, 8) | OWNER_ALL] as const;
  });
  const { entries: merged, files } = merger.result();
  return { entries: merged, fromArchive: { files, folderModes: new Map(modes) } };
}
