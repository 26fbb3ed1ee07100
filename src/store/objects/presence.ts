import { existsSync } from 'node:fs';
import type { HashAlgorithm, ObjectId } from '../../core/types.js';
import { objectsFolders } from './alternates.js';
import { idBytes } from './object-format.js';
import { KnownPack, listPacks, packFoldersStamp } from './pack-catalog.js';
import { PackIndex } from './pack-index.js';

/** What a worker thread needs in order to know which objects need not be written. */
export interface SharedPresence {
  algorithm: HashAlgorithm;
  /** The repository's own folder of objects first, then the alternates. */
  objectsDirs: string[];
  indexes: SharedArrayBuffer[];
}

export interface PackedPlace {
  pack: KnownPack;
  index: PackIndex;
  position: number;
  offset: number;
}

/** Where a loose object is kept. */
export function loosePath(objectsDir: string, oid: ObjectId): string {
  return `${objectsDir}/${oid.slice(0, 2)}/${oid.slice(2)}`;
}

/** Which objects there are: packed ones as of the last look at the folders, loose ones now. */
export class ObjectPresence {
  readonly algorithm: HashAlgorithm;
  #objectsDirs: string[];
  #packs: KnownPack[];
  #foldersStamp: string;
  /** The id being looked up, so that a look-up makes no buffer. */
  readonly #id: Buffer;

  private constructor(algorithm: HashAlgorithm, objectsDirs: string[], packs: KnownPack[]) {
    this.algorithm = algorithm;
    this.#objectsDirs = objectsDirs;
    this.#packs = packs;
    this.#foldersStamp = '';
    this.#id = Buffer.alloc(idBytes(algorithm));
  }

  /**
   * Of a repository on disk; pack indexes are read when they are first needed.
   * @throws {PitonError} here and in look-ups: `OBJECT_DAMAGED` with `details.file` for an index
   * that is not whole, `STATE_DAMAGED` for an `info/alternates` that cannot be read.
   */
  static open(objectsDir: string, algorithm: HashAlgorithm): ObjectPresence {
    const presence = new ObjectPresence(algorithm, [objectsDir], []);
    presence.rescan();
    return presence;
  }

  static fromShared(shared: SharedPresence): ObjectPresence {
    const { algorithm, objectsDirs, indexes } = shared;
    const packs = indexes.map((bytes) => {
      const index = new PackIndex(bytes, algorithm, 'a pack index in shared memory');
      return new KnownPack({ path: '', isOwn: false, isCruft: false, stamp: '' }, algorithm, index);
    });
    return new ObjectPresence(algorithm, objectsDirs, packs);
  }

  get objectsDirs(): readonly string[] {
    return this.#objectsDirs;
  }

  get packs(): readonly KnownPack[] {
    return this.#packs;
  }

  /** Without cruft packs, as `findPack`. */
  share(): SharedPresence {
    const lasting = this.#packs.filter((pack) => !pack.isCruft);
    const indexes = lasting.flatMap((pack) => pack.index?.shared ?? []);
    return { algorithm: this.algorithm, objectsDirs: this.#objectsDirs.slice(), indexes };
  }

  has(oid: ObjectId): boolean {
    return this.#find(oid, () => true) !== null || this.#isLoose(oid);
  }

  /** A pack that holds the object and is as old as its file says, so no cruft pack; or null. */
  findPack(oid: ObjectId): KnownPack | null {
    return this.#find(oid, (pack) => !pack.isCruft);
  }

  #find(oid: ObjectId, isWanted: (pack: KnownPack) => boolean): KnownPack | null {
    if (!this.#takeId(oid)) return null;
    const packs = this.#packs;
    for (let place = 0; place < packs.length; place++) {
      const pack = packs[place] as KnownPack;
      if (!isWanted(pack) || (pack.index?.find(this.#id) ?? -1) < 0) continue;
      // Objects asked for together lie together: look here first next time.
      packs[place] = packs[0] as KnownPack;
      packs[0] = pack;
      return pack;
    }
    return null;
  }

  /** Where in a pack the object begins; null when the pack does not hold it. */
  offsetIn({ index }: KnownPack, oid: ObjectId): number | null {
    if (index === null || !this.#takeId(oid)) return null;
    const position = index.find(this.#id);
    return position < 0 ? null : index.offsetAt(position);
  }

  /** Every pack that holds the object, with its place in the index and in the pack. */
  findAllPacks(oid: ObjectId): PackedPlace[] {
    if (!this.#takeId(oid)) return [];
    return this.#packs.flatMap((pack) => {
      const { index } = pack;
      const position = index?.find(this.#id) ?? -1;
      return index === null || position < 0
        ? []
        : { pack, index, position, offset: index.offsetAt(position) };
    });
  }

  /** The files that should hold the object loose. Contents are not checked. */
  findAllLoose(oid: ObjectId): string[] {
    if (!this.#takeId(oid)) return [];
    const paths = this.#objectsDirs.map((objectsDir) => loosePath(objectsDir, oid));
    return paths.filter((path) => existsSync(path));
  }

  #isLoose(oid: ObjectId): boolean {
    if (!this.#takeId(oid)) return false;
    return this.#objectsDirs.some((objectsDir) => existsSync(loosePath(objectsDir, oid)));
  }

  /** False when the text is no id of this repository. */
  #takeId(oid: ObjectId): boolean {
    const width = this.#id.length;
    return oid.length === 2 * width && this.#id.write(oid, 'hex') === width;
  }

  /** Looks at the folders again; what is unchanged stays in memory. */
  rescan(): void {
    this.#objectsDirs = objectsFolders(this.#objectsDirs[0] as string);
    this.#foldersStamp = packFoldersStamp(this.#objectsDirs);
    this.#packs = listPacks(this.#objectsDirs, this.algorithm, this.#packs);
  }

  /** Whether packs have come or gone since the last look. */
  isOutdated(): boolean {
    return packFoldersStamp(this.#objectsDirs) !== this.#foldersStamp;
  }

  /** A pack that was just published. */
  addPack(pack: KnownPack): void {
    this.#packs.unshift(pack);
  }
}
