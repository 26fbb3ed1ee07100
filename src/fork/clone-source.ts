import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  createReadStream,
  existsSync,
  fchmodSync,
  fstatSync,
} from 'node:fs';
import { nameOf, parentOf, type BytePath } from '../core/byte-path.js';
import { PitonError, systemErrorCode } from '../core/errors.js';
import { MODE, type FileEntry, type HashAlgorithm, type ObjectId } from '../core/types.js';
import type { AnchoredDirectory } from '../disk/anchored-directory.js';
import { AnchoredRoot } from '../disk/anchored-root.js';
import { permissionsFor } from '../rollback/sequence.js';
import type { StatCache, StatCacheEntry } from '../worktree/stat-cache.js';
import { modeOf, statRecord } from '../worktree/stat-record.js';

const DESCRIPTORS = '/proc/self/fd';
const { COPYFILE_EXCL, COPYFILE_FICLONE } = constants;
/** Somebody took the file away, or put something else there. */
const NOT_AS_KNOWN = new Set(['ENOENT', 'ELOOP', 'ENOTDIR', 'ENXIO', 'EACCES']);

async function blobIdOf(fd: number, algorithm: HashAlgorithm): Promise<ObjectId> {
  const hash = createHash(algorithm).update(`blob ${fstatSync(fd).size}\0`);
  for await (const chunk of createReadStream('', { fd, autoClose: false, start: 0 })) {
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}

/**
 * The files of a worktree that are as the stat cache remembers them: they can be copied instead of
 * being made from their objects, and where the file system shares blocks that takes no room.
 */
export class CloneSource {
  readonly #root: AnchoredRoot;
  readonly #known = new Map<BytePath, StatCacheEntry>();
  readonly #algorithm: HashAlgorithm;

  constructor(root: string, cache: StatCache | null, algorithm: HashAlgorithm) {
    this.#root = AnchoredRoot.open(root);
    this.#algorithm = algorithm;
    for (const entry of cache?.entries() ?? []) this.#known.set(entry.path, entry);
  }

  /** The permissions that a path's last known file had; null when none is known. */
  earlier(path: BytePath): number | null {
    const known = this.#known.get(path);
    const mode = known === undefined ? 0 : modeOf(known.record);
    return (mode & constants.S_IFMT) === constants.S_IFREG ? mode & 0o777 : null;
  }

  /**
   * Makes `entry` in `into` as a copy of the file here. False when the file is another one, or was
   * changed meanwhile; then nothing is there.
   */
  async clone(entry: FileEntry, into: AnchoredDirectory): Promise<boolean> {
    if (this.#known.get(entry.path)?.oid !== entry.oid || !existsSync(DESCRIPTORS)) return false;
    const fd = this.#open(entry);
    if (fd === null) return false;
    const name = nameOf(entry.path);
    try {
      const isExecutable = entry.mode === MODE.executable;
      const mode = permissionsFor(isExecutable, fstatSync(fd).mode & 0o777);
      // By descriptor, so that what is copied is what was looked at.
      copyFileSync(`${DESCRIPTORS}/${fd}`, into.pathOf(name), COPYFILE_EXCL | COPYFILE_FICLONE);
      if (await this.#isEqual(entry, into, mode)) return true;
    } finally {
      closeSync(fd);
    }
    into.unlink(name);
    return false;
  }

  close(): void {
    this.#root.close();
  }

  /** A descriptor of the file if it still is as remembered. */
  #open({ path }: FileEntry): number | null {
    try {
      return this.#root.within(parentOf(path), (folder) => {
        const fd = folder.open(nameOf(path), constants.O_RDONLY);
        const stat = fstatSync(fd, { bigint: true });
        const record = this.#known.get(path)?.record;
        if (stat.isFile() && record?.equals(statRecord(stat)) === true) return fd;
        closeSync(fd);
        return null;
      });
    } catch (error) {
      const isUnsafe = error instanceof PitonError && error.code === 'UNSAFE_PATH';
      if (isUnsafe || NOT_AS_KNOWN.has(systemErrorCode(error) ?? '')) return null;
      throw error;
    }
  }

  async #isEqual(entry: FileEntry, folder: AnchoredDirectory, mode: number): Promise<boolean> {
    folder.chmodFile(nameOf(entry.path), mode | 0o400);
    const fd = folder.open(nameOf(entry.path), constants.O_RDONLY);
    try {
      if ((await blobIdOf(fd, this.#algorithm)) !== entry.oid) return false;
      fchmodSync(fd, mode);
      return true;
    } finally {
      closeSync(fd);
    }
  }
}
