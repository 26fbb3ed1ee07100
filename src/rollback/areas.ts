import type { BigIntStats } from 'node:fs';
import { join, relative } from 'node:path';
import {
  bytePathFromText,
  joinPath,
  nameOf,
  parentOf,
  ROOT,
  type BytePath,
} from '../core/byte-path.js';
import { systemErrorCode } from '../core/errors.js';
import type { Durability } from '../core/types.js';
import type { AnchoredDirectory } from '../disk/anchored-directory.js';
import { AnchoredRoot } from '../disk/anchored-root.js';
import { makeRealFolders } from '../disk/real-directory.js';
import { removeEmptyFolder, removeFolder } from '../disk/remove-folder.js';
import { archivedFilesPath, archivePath, type ArchiveKey } from './archive.js';
import type { Area, KeptPlace, Slot } from './steps.js';

export interface AreasOptions {
  stateDir: string;
  /** The worktree's root. */
  root: string;
  /** The operation's id. */
  id: string;
  durability: Durability;
}

interface AreaPaths {
  /** The folder that the others are reached from, without a link on the way. */
  base: string;
  /** From there to the folder that the area is in. */
  mount: BytePath;
  staged: string;
  retired: string;
  kept: string;
  /** What goes with it when it is empty, innermost first. */
  containers: string[];
}

/** Where an area's folders are. The state directory's own parts are named apart on purpose. */
function pathsOf(area: Area, options: AreasOptions): AreaPaths {
  const { stateDir, root, id } = options;
  const trash = `trash/${id}`;
  const kept = `${trash}/kept`;
  if (area.archive !== undefined) {
    const files = archivedFilesPath(area.archive);
    const folder = archivePath(area.archive);
    const containers = [folder, join(folder, '..'), 'archive'];
    return { base: stateDir, mount: ROOT, staged: files, retired: files, kept, containers };
  }
  if (area.mount === null) {
    const paths = { staged: `staging/${id}`, retired: `${trash}/old`, kept };
    return { base: stateDir, mount: ROOT, ...paths, containers: [trash] };
  }
  const name = `.piton-staging-${id}`;
  return {
    base: root,
    mount: bytePathFromText(area.mount),
    staged: `${name}/new`,
    retired: `${name}/old`,
    kept: `${name}/kept`,
    containers: [name],
  };
}

const UNREACHABLE = new Set(['ENOENT', 'UNSAFE_PATH']);

/**
 * An area with its folders held open, so that nobody can put links in their place. Each is made
 * when it is first asked for: to sweep the trash must not need a new folder for staged contents.
 */
export interface OpenArea {
  readonly staged: AnchoredDirectory;
  readonly retired: AnchoredDirectory;
}

/** The areas of one operation; made when first needed, opened when first used. */
export class Areas {
  readonly list: Area[];
  readonly #options: AreasOptions;
  readonly #open = new Map<number, OpenArea>();
  readonly #kept = new Map<number, AnchoredDirectory>();
  readonly #roots: AnchoredRoot[] = [];
  readonly #folders: AnchoredDirectory[] = [];
  readonly #bases = new Map<KeptPlace['below'], AnchoredRoot>();
  #slots = 0;

  constructor(options: AreasOptions, list: Area[] = []) {
    this.#options = options;
    this.list = list;
  }

  /** The index of the area in this mount, made when it is not there yet. */
  indexOf(mount: string | null): number {
    const isMeant = (area: Area): boolean => area.mount === mount && area.archive === undefined;
    const known = this.list.findIndex(isMeant);
    return known >= 0 ? known : this.list.push({ mount }) - 1;
  }

  /** Makes an area of an archive, and gives its index. Slots are numbered after those in it. */
  addArchive(archive: ArchiveKey): number {
    const index = this.list.push({ mount: null, archive }) - 1;
    for (const number of this.at(index).retired.readdir().map(Number)) {
      if (Number.isSafeInteger(number)) this.#slots = Math.max(this.#slots, number + 1);
    }
    return index;
  }

  newSlot(area: number): Slot {
    return { area, number: this.#slots++ };
  }

  at(index: number): OpenArea {
    const known = this.#open.get(index);
    if (known !== undefined) return known;
    const paths = this.#pathsAt(index);
    const folderAt = (below: string): AnchoredDirectory => this.#openFolder(paths, below);
    const retired = folderAt(paths.retired);
    let staged: AnchoredDirectory | undefined;
    const open = {
      retired,
      get staged(): AnchoredDirectory {
        return (staged ??= folderAt(paths.staged));
      },
    };
    this.#open.set(index, open);
    return open;
  }

  /** The folder for what was retired and is in no checkpoint; never emptied by piton. */
  keptAt(index: number): AnchoredDirectory {
    const known = this.#kept.get(index);
    if (known !== undefined) return known;
    const paths = this.#pathsAt(index);
    const folder = this.#openFolder(paths, paths.kept);
    this.#kept.set(index, folder);
    return folder;
  }

  /** An area's folder of kept things, which need not be there. */
  keptPlace(index: number): KeptPlace {
    const isState = (this.list[index]?.mount ?? null) === null;
    const { mount, kept } = this.#pathsAt(index);
    const path = joinPath(mount, bytePathFromText(kept));
    return { below: isState ? 'state_directory' : 'worktree', path };
  }

  /** The names in the folder at a place. */
  namesIn({ below, path }: KeptPlace): BytePath[] {
    try {
      return this.#base(below).within(path, (folder) => folder.readdir());
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  /** A path as users are shown it: relative to the state directory. */
  shownPath({ below, path }: KeptPlace): BytePath {
    if (below === 'state_directory') return path;
    const root = relative(this.#options.stateDir, this.#options.root);
    return joinPath(bytePathFromText(root), path);
  }

  /** What `use` makes of a place in the trash, of this or an earlier operation. */
  atKept<T>({ below, path }: KeptPlace, use: (folder: AnchoredDirectory, name: BytePath) => T): T {
    return this.#base(below).within(parentOf(path), (folder) => use(folder, nameOf(path)));
  }

  /** Null when nothing is there, or it cannot be reached without following a link. */
  keptStat(place: KeptPlace): BigIntStats | null {
    try {
      return this.atKept(place, (folder, name) => folder.lstat(name));
    } catch (error) {
      if (!UNREACHABLE.has(systemErrorCode(error) ?? '')) throw error;
      return null;
    }
  }

  /** Deletes all staged contents that are still there, as far as that can be done. */
  removeStaged(): void {
    for (const [index, { archive }] of this.list.entries()) {
      if (archive !== undefined) continue;
      const { base, mount, staged } = this.#pathsAt(index);
      const path = joinPath(mount, bytePathFromText(staged));
      try {
        removeFolder(base, parentOf(path), nameOf(path));
      } catch (error) {
        if (systemErrorCode(error) !== 'ENOENT') throw error;
      }
    }
  }

  /** Deletes the folders of this operation that are empty. */
  removeIfEmpty(): void {
    this.close();
    for (const index of this.list.keys()) {
      const { base, mount, retired, staged, kept, containers } = this.#pathsAt(index);
      for (const folder of [staged, retired, kept, ...containers]) {
        const path = joinPath(mount, bytePathFromText(folder));
        removeEmptyFolder(base, parentOf(path), nameOf(path));
      }
    }
  }

  close(): void {
    this.#open.clear();
    this.#kept.clear();
    for (const folder of this.#folders.splice(0)) folder.close();
    for (const root of this.#roots.splice(0)) root.close();
    this.#bases.clear();
  }

  #base(below: KeptPlace['below']): AnchoredRoot {
    const known = this.#bases.get(below);
    if (known !== undefined) return known;
    const { stateDir, root } = this.#options;
    const base = AnchoredRoot.open(below === 'worktree' ? root : stateDir);
    this.#bases.set(below, base);
    this.#roots.push(base);
    return base;
  }

  #pathsAt(index: number): AreaPaths {
    return pathsOf(this.list[index] ?? { mount: null }, this.#options);
  }

  #openFolder({ base, mount }: AreaPaths, below: string): AnchoredDirectory {
    const root = AnchoredRoot.open(base);
    this.#roots.push(root);
    const folder = root.directory(makeRealFolders(root, mount, below, this.#options.durability));
    this.#folders.push(folder);
    return folder;
  }
}
