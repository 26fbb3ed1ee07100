import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HashAlgorithm, ObjectId } from '../../../src/core/types.js';
import type { ObjectReader } from '../../../src/store/object-store.js';
import {
  openObjectStore,
  type ObjectStoreOptions,
  type RepositoryObjects,
} from '../../../src/store/objects/object-database.js';
import { loosePath } from '../../../src/store/objects/presence.js';
import { git, makeRepository, tryGit } from '../../helpers/git.js';

export const ALGORITHMS: readonly HashAlgorithm[] = ['sha1', 'sha256'];

export function repositoryOf(algorithm: HashAlgorithm): string {
  return makeRepository(`--object-format=${algorithm}`);
}

export function objectsOf(repository: string): string {
  return join(repository, '.git/objects');
}

export function packFolderOf(repository: string): string {
  return join(objectsOf(repository), 'pack');
}

export function openStore(
  repository: string,
  options: Partial<ObjectStoreOptions> = {},
): RepositoryObjects {
  const objectsDir = objectsOf(repository);
  return openObjectStore({ objectsDir, algorithm: 'sha1', durability: 'fast', ...options });
}

/** Stores a loose blob with git. */
export function gitBlob(repository: string, data: string | Buffer): ObjectId {
  return tryGit(repository, ['hash-object', '-w', '--stdin'], data).stdout.toString().trim();
}

/** What git says an object holds. */
export function gitContents(repository: string, oid: ObjectId): Buffer {
  const type = git(repository, 'cat-file', '-t', oid);
  return tryGit(repository, ['cat-file', type, oid]).stdout;
}

export function gitObjectIds(repository: string): ObjectId[] {
  const format = '--batch-check=%(objectname)';
  return git(repository, 'cat-file', '--batch-all-objects', format).split('\n').filter(Boolean);
}

/** Text in which line `changed` differs from one edition to the next. */
export function longText(edition: number, lines = 200): string {
  const line = (index: number): string =>
    index === edition % lines ? `edition ${edition}` : `line ${index} ${(index * 7919) % 1013}`;
  return Array.from({ length: lines }, (_, index) => `${line(index)}\n`).join('');
}

/** A history whose files change little each time, so that git packs them as chains of deltas. */
export function makeHistory(repository: string, commits: number): void {
  mkdirSync(join(repository, 'folder'), { recursive: true });
  for (let edition = 0; edition < commits; edition++) {
    writeFileSync(join(repository, 'a.txt'), longText(edition));
    writeFileSync(join(repository, 'folder/b.txt'), longText(edition * 3 + 1, 90));
    git(repository, 'add', '-A');
    git(repository, 'commit', '-q', '-m', `edition ${edition}`);
  }
  git(repository, 'tag', '-a', '-m', 'a tag', 'tagged');
}

export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

export function packPath(repository: string, extension: 'pack' | 'idx'): string {
  const found = filesBelow(packFolderOf(repository)).filter((path) => path.endsWith(extension));
  if (found.length !== 1) throw new Error(`expected one pack: ${found.join(' ')}`);
  return found[0] as string;
}

/** Writes over a file that git made read-only. */
export function overwrite(path: string, change: (bytes: Buffer) => Uint8Array): void {
  const bytes = readFileSync(path);
  chmodSync(path, 0o644);
  writeFileSync(path, change(bytes));
}

export function writeLoose(repository: string, oid: ObjectId, bytes: Uint8Array): string {
  const path = loosePath(objectsOf(repository), oid);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

/** Checks that a reader gives every object of a repository as git does. */
export async function compareWithGit(reader: ObjectReader, repository: string): Promise<number> {
  const ids = gitObjectIds(repository);
  for (const oid of ids) {
    const { type, data } = await reader.read(oid);
    const expected = gitContents(repository, oid);
    const isSame = type === git(repository, 'cat-file', '-t', oid) && data.equals(expected);
    if (!isSame) throw new Error(`object ${oid} differs`);
  }
  return ids.length;
}
