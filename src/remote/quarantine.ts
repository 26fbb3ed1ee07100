import { randomBytes } from 'node:crypto';
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { asBytePath } from '../core/byte-path.js';
import { PitonError, systemErrorCode } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { Durability, ObjectId } from '../core/types.js';
import { syncDirectory } from '../disk/atomic-write.js';
import { processExists } from '../disk/process-identity.js';
import { readBounded } from '../disk/read.js';
import { ensureRealDirectory } from '../disk/real-directory.js';
import { removeFolder } from '../disk/remove-folder.js';
import type { GitRepository } from '../process/isolated-repository.js';
import type { GitProgram } from '../process/git-program.js';
import { runGit } from '../process/run-git.js';
import { openObjectStore, type RepositoryObjects } from '../store/objects/object-database.js';
import type { Ref } from '../store/ref-store.js';
import type { Repository } from '../store/repository-types.js';
import { parseRefLines, runRemoteGit, type Connection } from './connection.js';

const FOLDER = 'incoming';
const NAME = /^([1-9]\d{0,9})-[0-9a-f]{16}$/;

/**
 * A repository of its own inside the state directory, for what comes from elsewhere: it borrows the
 * objects of the workspace's, and nothing of it is part of that until it is published.
 */
export class Quarantine {
  readonly objects: RepositoryObjects;
  readonly #path: string;
  readonly #repository: Repository;
  readonly #git: GitRepository;

  private constructor(repository: Repository, path: string) {
    this.#repository = repository;
    this.#path = path;
    const { algorithm } = repository;
    const extensions: Record<string, string> =
      algorithm === 'sha256' ? { objectformat: 'sha256' } : {};
    this.#git = { gitDir: path, commonDir: path, extensions };
    const objectsDir = join(path, 'objects');
    this.objects = openObjectStore({ objectsDir, algorithm, durability: 'fast' });
  }

  /** @param refs what the workspace has, so that only what is missing needs to come */
  static open(repository: Repository, refs: readonly Ref[]): Quarantine {
    removeDead(repository);
    const name = `${process.pid}-${randomBytes(8).toString('hex')}`;
    const folder = `piton/${FOLDER}/${name}`;
    const path = ensureRealDirectory(repository.gitDir, folder, 'fast');
    ensureRealDirectory(path, 'objects/info', 'fast');
    ensureRealDirectory(path, 'objects/pack', 'fast');
    ensureRealDirectory(path, 'refs', 'fast');
    const write = (file: string, text: string | Buffer): void =>
      writeFileSync(join(path, file), text, { flag: 'wx' });
    write('objects/info/alternates', `${join(repository.commonDir, 'objects')}\n`);
    write('HEAD', 'ref: refs/heads/none\n');
    write('packed-refs', refs.map(({ oid }, at) => `${oid} refs/have/${at}\n`).join(''));
    const shallow = readBounded(join(repository.commonDir, 'shallow'), LIMITS.packedRefsBytes);
    if (shallow !== null) write('shallow', shallow);
    return new Quarantine(repository, path);
  }

  /**
   * Fetches refs of the other repository, with all that they need.
   * @returns what they are now: they may have changed since they were listed
   * @throws {PitonError} `GIT_FAILED`, also for objects that git's own check refuses
   */
  async fetch(connection: Connection, names: readonly string[]): Promise<Map<string, ObjectId>> {
    const args = ['fetch', '--no-tags', '--no-write-fetch-head', '--refmap=', '--stdin', '--'];
    try {
      await runRemoteGit(connection, {
        repository: this.#git,
        args: [...args, connection.address.url],
        input: names.map((name) => `+${name}:${name}\n`).join(''),
      });
      await this.#check(connection.program);
    } catch (error) {
      throw refusedByGit(error);
    }
    const list = ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/piton/'];
    const { stdout } = await runGit(connection.program, { repository: this.#git, args: list });
    this.objects.refresh();
    return parseRefLines(stdout.toString());
  }

  /** Git does not check what comes out of a bundle. */
  async #check(program: GitProgram): Promise<void> {
    for (const name of this.#packs()) {
      const pack = join(this.#path, 'objects/pack', name);
      const args = ['index-pack', '--strict', '-o', join(this.#path, 'checked.idx'), pack];
      await runGit(program, { repository: this.#git, args });
    }
  }

  #packs(): string[] {
    return readdirSync(join(this.#path, 'objects/pack')).filter((name) => name.endsWith('.pack'));
  }

  /** Makes all its objects part of the workspace's repository. */
  publish(durability: Durability): void {
    const from = join(this.#path, 'objects/pack');
    const to = ensureRealDirectory(this.#repository.commonDir, 'objects/pack', durability);
    for (const pack of this.#packs()) {
      const name = basename(pack, '.pack');
      // The index last: by it git finds a pack.
      for (const suffix of ['.pack', '.rev', '.idx']) {
        moveIfThere(join(from, name + suffix), join(to, name + suffix));
      }
    }
    if (durability === 'full') syncDirectory(to);
  }

  /** Removes it, published or not. */
  remove(): void {
    this.objects.close();
    removeFolder(this.#repository.stateDir, asBytePath(FOLDER), basename(this.#path));
  }
}

/** What git says of objects that are not what they should be. */
const DAMAGE = /fsck error|error in object|bad object|index-pack failed|pack has .* unresolved/;

function refusedByGit(error: unknown): unknown {
  if (!(error instanceof PitonError) || error.code !== 'GIT_FAILED') return error;
  if (!DAMAGE.test(String(error.details['stderr']))) return error;
  return new PitonError('OBJECT_DAMAGED', `git refuses what came: ${error.message}`, {
    hint: "run 'git fsck' and 'piton verify --all' where it comes from",
    details: error.details,
    cause: error,
  });
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
}

/** Those of processes that died. */
function removeDead({ gitDir, stateDir }: Repository): void {
  const path = ensureRealDirectory(gitDir, `piton/${FOLDER}`, 'fast');
  for (const name of readdirSync(path)) {
    const pid = NAME.exec(name)?.[1];
    if (pid === undefined || processExists(Number(pid))) continue;
    removeFolder(stateDir, asBytePath(FOLDER), name);
  }
}
