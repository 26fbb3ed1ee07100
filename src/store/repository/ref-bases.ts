import { bytePathFromText, parentOf } from '../../core/byte-path.js';
import type { BytePath } from '../../core/byte-path.js';
import { systemErrorCode } from '../../core/errors.js';
import type { Durability } from '../../core/types.js';
import { AnchoredRoot } from '../../disk/anchored-root.js';

/** A folder with refs in it, and how safe what is written there must be. */
export interface RefBase {
  path: string;
  root: AnchoredRoot;
  durability: Durability;
}

/** The folders that one operation on refs writes to, opened when they are needed. */
export class RefBases {
  readonly durability: Durability;
  readonly #bases = new Map<string, RefBase>();

  constructor(durability: Durability) {
    this.durability = durability;
  }

  at(path: string): RefBase {
    const known = this.#bases.get(path);
    if (known !== undefined) return known;
    const base = { path, root: AnchoredRoot.open(path), durability: this.durability };
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

  close(): void {
    for (const { root } of this.#bases.values()) root.close();
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
