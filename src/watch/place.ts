import { lstatSync } from 'node:fs';
import { PitonError } from '../core/errors.js';

type Found = { root: string; gitDir: string } | null;

/** Where a workspace lies, to be told apart from another one that comes to lie there. */
export class Place {
  readonly root: string;
  readonly #gitDir: string;
  readonly #identity: string;

  constructor({ root, gitDir }: NonNullable<Found>) {
    this.root = root;
    this.#gitDir = gitDir;
    this.#identity = this.#identityNow();
  }

  /** @throws {PitonError} `WORKSPACE_MISSING` when the workspace was moved or removed. */
  assertPresent(): void {
    if (this.#identityNow() !== this.#identity) throw gone(this.root);
  }

  /** @throws {PitonError} `WORKSPACE_MISSING` when what was found there is another one. */
  assertSame(found: Found): void {
    if (found?.root !== this.root || found.gitDir !== this.#gitDir) throw gone(this.root);
  }

  #identityNow(): string {
    return [this.root, this.#gitDir].map(identityOf).join(' ');
  }
}

function identityOf(path: string): string {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? 'none' : `${stat.dev}:${stat.ino}`;
}

function gone(root: string): PitonError {
  return new PitonError('WORKSPACE_MISSING', `the workspace at ${root} was moved or removed`, {
    hint: "run 'piton watch' where it is now",
    details: { workspace: root },
  });
}
