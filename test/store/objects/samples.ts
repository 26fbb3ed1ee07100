import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { HashAlgorithm, ObjectId } from '../../../src/core/types.js';
import type { ObjectReader } from '../../../src/store/object-store.js';
import {
  openObjectStore,
  type ObjectStoreOptions,
  type RepositoryObjects,
} from '../../../src/store/objects/object-database.js';
import { hashObject } from '../../../src/store/objects/object-format.js';
import { loosePath } from '../../../src/store/objects/presence.js';
import { git, makeRepository, tryGit } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';

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

/** Blobs that only a cruft pack holds, where git has them down as many years old. */
export function cruftBlobs(repository: string, contents: readonly (string | Buffer)[]): ObjectId[] {
  const folder = tempDirectory();
  const paths = contents.map((data, place) => {
    writeFileSync(join(folder, `${place}`), data);
    return join(folder, `${place}`);
  });
  const args = ['hash-object', '-w', '--stdin-paths'];
  const ids = tryGit(repository, args, paths.join('\n')).stdout.toString().trim().split('\n');
  for (const oid of ids) utimesSync(loosePath(objectsOf(repository), oid), 1_000_000, 1_000_000);
  git(repository, 'repack', '-q', '-d', '--cruft');
  return ids;
}

/** As if git had dropped all that is in cruft packs. */
export function removeCruftPacks(repository: string): void {
  const packs = filesBelow(packFolderOf(repository));
  for (const ages of packs.filter((path) => path.endsWith('.mtimes'))) {
    for (const extension of ['idx', 'pack', 'mtimes']) {
      rmSync(ages.replace(/mtimes$/, extension));
    }
  }
}

/** Has git take every object that nothing refers to and that it has down as a day old. */
export function dropOldObjects(repository: string): void {
  git(repository, 'gc', '-q', '--cruft', '--prune=1.day.ago');
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

function importedCommit(edition: number): string {
  const files = { 'a.txt': longText(edition), 'folder/b.txt': longText(edition * 3 + 1, 90) };
  const data = (text: string): string => `data ${text.length}\n${text}\n`;
  const lines = Object.entries(files).map(
    ([path, text]) => `M 100644 inline ${path}\n${data(text)}`,
  );
  const person = `committer C <c@d> ${edition + 1} +0000\n`;
  return `commit refs/heads/main\n${person}${data(`edition ${edition}\n`)}${lines.join('')}`;
}

/**
 * A history of loose objects, whose files change little each time, so that git packs them as
 * chains of deltas.
 */
export function makeHistory(repository: string, commits: number): void {
  const editions = Array.from({ length: commits }, (_, edition) => importedCommit(edition));
  const tag = 'tag tagged\nfrom refs/heads/main\ntagger C <c@d> 1 +0000\ndata 6\na tag\n\n';
  const run = tryGit(repository, ['fast-import', '--quiet'], `${editions.join('')}${tag}`);
  if (run.status !== 0) throw new Error(run.stderr);
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

/** Type and size of every object, as git says. */
export function gitObjects(repository: string): Map<ObjectId, string> {
  const format = '--batch-check=%(objectname) %(objecttype) %(objectsize)';
  const lines = git(repository, 'cat-file', '--batch-all-objects', format).split('\n');
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(' ')), line]));
}

/** Checks that a reader gives every object of a repository as git does; the id is the hash. */
export async function compareWithGit(reader: ObjectReader, repository: string): Promise<number> {
  const objects = gitObjects(repository);
  for (const [oid, expected] of objects) {
    const { type, data } = await reader.read(oid);
    const line = `${hashObject(reader.algorithm, type, data)} ${type} ${data.length}`;
    if (line !== expected) throw new Error(`${expected} was read as ${line}`);
  }
  return objects.size;
}
