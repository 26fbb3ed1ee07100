import { closeSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemErrorCode } from '../../core/errors.js';
import type { Durability } from '../../core/types.js';
import type { DeflatedObject } from '../object-store.js';
import { createFile, ensureFolder, syncFiles, syncFolders, writeAt } from './files.js';
import { encodeLoose } from './loose-encode.js';
import { loosePath } from './presence.js';
import type { Publication } from './publication.js';
import { objectTempPath } from './temp-files.js';
import { removeFile } from '../../disk/remove-file.js';

/** Files open at the same time while they are being made durable. */
const OPEN_FILES = 128;

interface StagedFile {
  from: string;
  to: string;
  fd: number;
}

/** Loose objects that become visible one after the other, in the order they were given. */
class LooseWriter {
  bytes = 0;
  readonly #objectsDir: string;
  readonly #durability: Durability;
  readonly #publication: Publication;
  readonly #staged: StagedFile[] = [];
  #hasNewFolder = false;

  constructor(objectsDir: string, durability: Durability, publication: Publication) {
    this.#objectsDir = objectsDir;
    this.#durability = durability;
    this.#publication = publication;
  }

  /** Writes files under temporary names; those given together reach the disk together. */
  async stage(objects: readonly DeflatedObject[]): Promise<void> {
    const files: StagedFile[] = [];
    try {
      for (const object of objects) this.#stageOne(object, files);
      if (this.#durability === 'full') await syncFiles(files.map(({ fd }) => fd));
    } finally {
      for (const { fd } of files) closeSync(fd);
    }
  }

  #stageOne(object: DeflatedObject, files: StagedFile[]): void {
    const to = loosePath(this.#objectsDir, object.oid);
    const file = { ...this.#create(dirname(to)), to };
    files.push(file);
    this.#staged.push(file);
    const contents = encodeLoose(object);
    writeAt(file.fd, contents, 0);
    this.bytes += contents.length;
  }

  /** git removes folders of loose objects that have become empty, at any time. */
  #create(folder: string): { from: string; fd: number } {
    for (;;) {
      if (ensureFolder(folder)) {
        this.#publication.addFolder(folder);
        this.#hasNewFolder = true;
      }
      const from = objectTempPath(folder, 'tmp_obj');
      try {
        return { from, fd: createFile(from) };
      } catch (error) {
        if (systemErrorCode(error) !== 'ENOENT') throw error;
      }
    }
  }

  async publish(): Promise<void> {
    for (const { from, to } of this.#staged) this.#publication.place([{ from, to }]);
    if (this.#durability === 'fast') return;
    const folders = new Set(this.#staged.map(({ to }) => dirname(to)));
    await syncFolders(this.#hasNewFolder ? [...folders, this.#objectsDir] : folders);
  }

  discard(): void {
    for (const { from } of this.#staged) removeFile(from);
  }
}

/**
 * Writes loose objects into a repository. What is already visible when this fails is in
 * `publication`; nothing else is left behind.
 * @returns bytes written
 */
export async function publishLoose(
  objectsDir: string,
  objects: readonly DeflatedObject[],
  durability: Durability,
  publication: Publication,
): Promise<number> {
  const writer = new LooseWriter(objectsDir, durability, publication);
  try {
    for (let start = 0; start < objects.length; start += OPEN_FILES) {
      await writer.stage(objects.slice(start, start + OPEN_FILES));
    }
    await writer.publish();
  } catch (error) {
    writer.discard();
    throw error;
  }
  return writer.bytes;
}
