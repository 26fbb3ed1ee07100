import { bytePathFromText, parentOf } from '../../core/byte-path.js';
import type { BytePath } from '../../core/byte-path.js';
import { systemErrorCode } from '../../core/errors.js';
import type { Durability, Warning } from '../../core/types.js';
import { AnchoredRoot } from '../../disk/anchored-root.js';

/** A folder with refs in it, and how safe what is written there must be. */
export interface RefBase {
  path: string;
  root: AnchoredRoot;
  durability: Durability;
  /** Does something when the bases are closed: it need not have succeeded by then. */
  tryLater(leftover: Leftover): void;
}

/** What could not be removed though it is of no use any more. */
export interface Leftover {
  remove(): void;
  /** Tells what stays when it cannot be removed then either, and who removes it. */
  describe(): string;
}

export type Warn = (warning: Warning) => void;

const TELL_NOBODY: Warn = () => undefined;

/** The folders that one operation on refs writes to, opened when they are needed. */
export class RefBases {
  readonly durability: Durability;
  readonly #bases = new Map<string, RefBase>();
  readonly #leftovers: Leftover[] = [];
  readonly #warn: Warn;

  constructor(durability: Durability, warn = TELL_NOBODY) {
    this.durability = durability;
    this.#warn = warn;
  }

  at(path: string): RefBase {
    const known = this.#bases.get(path);
    if (known !== undefined) return known;
    const root = AnchoredRoot.open(path);
    const tryLater = (leftover: Leftover): void => void this.#leftovers.push(leftover);
    const base = { path, root, durability: this.durability, tryLater };
    this.#bases.set(path, base);
    return base;
  }

  /** Makes what was done to files survive a power cut, with durability `full`; each folder once. */
  sync(files: readonly { base: string; name: string }[]): void {
    if (this.durability !== 'full') return;
    const done = new Set<string>();
    for (const { base, name } of files) {
      const folder = parentOf(bytePathFromText(name));
      if (done.has(`${base}/${folder}`)) continue;
      done.add(`${base}/${folder}`);
      syncNearest(this.at(base).root, folder);
    }
  }

  /** Never fails: what was done with the refs stands, whatever of it stays behind. */
  close(): void {
    for (const leftover of this.#leftovers.splice(0)) this.#remove(leftover);
    for (const { root } of this.#bases.values()) root.close();
  }

  #remove(leftover: Leftover): void {
    try {
      leftover.remove();
    } catch (error) {
      // Somebody removed the folder, and with it all that was left in it.
      if (systemErrorCode(error) === 'ENOENT') return;
      const message = `${leftover.describe()}: ${(error as Error).message}`;
      this.#warn({ code: 'LEFTOVERS', message });
    }
  }
}

/** A folder that was removed, because it was empty, is a change of the one above. */
function syncNearest(root: AnchoredRoot, path: BytePath): void {
  root.forget(path);
  try {
    root.within(path, (folder) => {
      folder.sync();
    });
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    syncNearest(root, parentOf(path));
  }
}
