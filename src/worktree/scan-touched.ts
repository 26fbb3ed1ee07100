import { PitonError } from '../core/errors.js';
import { MODE, type NotCaptured, type ObjectId, type TreeEntry } from '../core/types.js';
import type { ObjectReader } from '../store/object-store.js';
import { decodeTree, encodeTree } from '../store/objects/object-format.js';
import { buildTrees } from './build-tree.js';
import { filesBelow, type FoundFolder } from './found.js';
import { captureFiles, type ScanRequest } from './scan.js';
import type { TouchedPaths } from './touched.js';

/** The worktree as an earlier scan saw it: all of its objects are in the repository. */
export interface EarlierScan {
  tree: ObjectId;
  /** Files and links in the tree. */
  files: number;
  notCaptured: readonly NotCaptured[];
}

/** A scan that looked only where something may have changed. */
export interface TouchedScan {
  tree: ObjectId;
  files: number;
  notCaptured: NotCaptured[];
}

/** Something that only a whole scan can deal with. */
class NeedsWhole extends Error {}

class Patch {
  readonly #request: ScanRequest;
  readonly #objects: ObjectReader;
  readonly #only: TouchedPaths;
  files: number;

  constructor(request: ScanRequest, objects: ObjectReader, only: TouchedPaths, files: number) {
    this.#request = request;
    this.#objects = objects;
    this.#only = only;
    this.files = files;
  }

  /** Writes the tree of a folder that some names of have been looked at. */
  async write(folder: FoundFolder, earlier: ObjectId): Promise<ObjectId> {
    const plan = this.#only.folder(folder.path);
    if (plan === null) throw new NeedsWhole();
    const lines = new Map((await this.#linesOf(earlier)).map((line) => [line.name, line]));
    for (const name of plan.touched) {
      const line = lines.get(name);
      if (line !== undefined) this.files -= await this.#filesIn(line);
      lines.delete(name);
    }
    for (const { name, mode, oid } of folder.files) {
      if (oid === null) continue;
      lines.set(name, { name, mode, oid });
      this.files++;
    }
    for (const child of folder.folders) {
      const line = plan.through.has(child.name)
        ? await this.#through(child, lines.get(child.name))
        : this.#whole(child);
      if (line !== null) lines.set(child.name, line);
    }
    const seen = new Set(folder.folders.map(({ name }) => name));
    if ([...plan.through].some((name) => !seen.has(name))) throw new NeedsWhole();
    return this.#request.batch.add('tree', encodeTree([...lines.values()]));
  }

  async #through(child: FoundFolder, line: TreeEntry | undefined): Promise<TreeEntry> {
    if (line?.mode !== MODE.directory || !child.keptWhenEmpty) throw new NeedsWhole();
    return { ...line, oid: await this.write(child, line.oid) };
  }

  #whole(child: FoundFolder): TreeEntry | null {
    const oid = buildTrees(child, this.#request.batch);
    const isEmpty = child.tree?.files === 0 && child.tree.folders === 0;
    if (isEmpty && !child.keptWhenEmpty) return null;
    this.files += filesBelow(child);
    return { mode: MODE.directory, name: child.name, oid };
  }

  async #filesIn(line: TreeEntry): Promise<number> {
    if (line.mode !== MODE.directory) return 1;
    let files = 0;
    for (const below of await this.#linesOf(line.oid)) files += await this.#filesIn(below);
    return files;
  }

  async #linesOf(tree: ObjectId): Promise<TreeEntry[]> {
    return decodeTree((await this.#objects.read(tree)).data, this.#objects.algorithm);
  }
}

/**
 * Scans what may have changed since an earlier scan and takes all else from that one's tree. What
 * is named in `only` is read, whatever its times say. Null when this does not do and the whole
 * worktree must be scanned: something has other names elsewhere or cannot be read, a repository
 * of its own appeared, or a folder is not what the earlier tree says.
 */
export async function scanTouched(
  request: ScanRequest & { only: TouchedPaths },
  earlier: EarlierScan,
  objects: ObjectReader,
): Promise<TouchedScan | null> {
  const { only } = request;
  const walked = await captureFiles(request);
  const { notCaptured } = walked;
  const isOdd = notCaptured.some(({ reason }) => reason === 'unreadable');
  if (isOdd || walked.hasSharedFiles || walked.nestedRepositories.length > 0) return null;
  const patch = new Patch(request, objects, only, earlier.files);
  try {
    const tree = await patch.write(walked.root, earlier.tree);
    const still = earlier.notCaptured.filter(({ path }) => !only.covers(path));
    return { tree, files: patch.files, notCaptured: [...still, ...notCaptured] };
  } catch (error) {
    const isDamaged = error instanceof PitonError && error.code === 'OBJECT_DAMAGED';
    if (!isDamaged && !(error instanceof NeedsWhole)) throw error;
    return null;
  }
}
