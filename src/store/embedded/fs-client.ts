import { bytePathFromText, nameOf, parentOf, ROOT } from '../../core/byte-path.js';
import type { BytePath } from '../../core/byte-path.js';
import { PitonError } from '../../core/errors.js';
import type { Durability } from '../../core/types.js';
import type { AnchoredDirectory } from '../../disk/anchored-directory.js';
import { AnchoredRoot } from '../../disk/anchored-root.js';
import { writeAtomic } from '../../disk/atomic-write.js';
import { readBounded } from '../../disk/read.js';

/** Packs are read whole by isomorphic-git; larger ones are for piton's own reader alone. */
const MAX_FILE_BYTES = 1024 * 1024 * 1024;

type Encoding = BufferEncoding | { encoding?: BufferEncoding };

/** The part of `fs.promises` that isomorphic-git asks for. */
export interface FsClient {
  promises: {
    readFile(path: string, encoding?: Encoding): Promise<Buffer | string>;
    writeFile(path: string, data: string | Uint8Array): Promise<void>;
    mkdir(path: string): Promise<void>;
    readdir(path: string): Promise<string[]>;
    stat(path: string): Promise<unknown>;
    lstat(path: string): Promise<unknown>;
    readlink(): Promise<never>;
    symlink(): Promise<never>;
    unlink(): Promise<never>;
    rmdir(): Promise<never>;
  };
}

/**
 * A file system for isomorphic-git that is confined to `base` (which must exist), follows no link
 * below it, does not wait for FIFOs, bounds what it reads, and replaces a file in one step where
 * isomorphic-git would write in place. It deletes nothing, because piton uses nothing that would.
 */
export function createFsClient(base: string, durability: Durability): FsClient {
  const confined = new ConfinedFiles(base, durability);
  const stat = (path: string): Promise<unknown> => settle(() => confined.stat(path));
  return {
    promises: {
      readFile: (path, encoding) => settle(() => confined.read(path, encoding)),
      writeFile: (path, data) =>
        settle(() => {
          confined.write(path, data);
        }),
      mkdir: (path) =>
        settle(() => {
          confined.mkdir(path);
        }),
      readdir: (path) => settle(() => confined.readdir(path)),
      stat,
      lstat: stat,
      readlink: refuse,
      symlink: refuse,
      unlink: refuse,
      rmdir: refuse,
    },
  };
}

class ConfinedFiles {
  readonly #base: string;
  readonly #durability: Durability;

  constructor(base: string, durability: Durability) {
    this.#base = base;
    this.#durability = durability;
  }

  read(path: string, encoding?: Encoding): Buffer | string {
    const contents = this.#at(path, (folder, name) =>
      readBounded(folder.pathOf(name), MAX_FILE_BYTES),
    );
    if (contents === null) throw missing(path);
    const wanted = typeof encoding === 'object' ? encoding.encoding : encoding;
    return wanted === undefined ? contents : contents.toString(wanted);
  }

  write(path: string, data: string | Uint8Array): void {
    this.#at(path, (folder, name) => {
      writeAtomic(folder.pathOf(name).toString(), data, { durability: this.#durability });
    });
  }

  mkdir(path: string): void {
    this.#at(path, (folder, name) => {
      folder.mkdir(name, 0o777);
    });
  }

  readdir(path: string): string[] {
    return this.#in(this.#below(path), (folder) => folder.readdir());
  }

  stat(path: string): unknown {
    const stat = this.#at(path, (folder, name) => folder.lstat(name));
    if (stat === null) throw missing(path);
    return stat;
  }

  #at<T>(path: string, use: (folder: AnchoredDirectory, name: BytePath) => T): T {
    const below = this.#below(path);
    return this.#in(parentOf(below), (folder) => use(folder, nameOf(below)));
  }

  #in<T>(below: BytePath, use: (folder: AnchoredDirectory) => T): T {
    const root = AnchoredRoot.open(this.#base);
    try {
      return root.within(below, use);
    } finally {
      root.close();
    }
  }

  #below(path: string): BytePath {
    if (path === this.#base) return ROOT;
    if (path.startsWith(`${this.#base}/`)) {
      return bytePathFromText(path.slice(this.#base.length + 1));
    }
    throw new PitonError('UNSAFE_PATH', `${path} is outside ${this.#base}`, { details: { path } });
  }
}

/** The code by which isomorphic-git knows absence; any other it passes on. */
function missing(path: string): Error {
  return Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
}

function settle<T>(operation: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(operation());
  });
}

function refuse(): Promise<never> {
  return Promise.reject(new PitonError('INTERNAL', 'isomorphic-git is not used to do this'));
}
